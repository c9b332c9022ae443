import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import * as z from 'zod';
import { ofType, type Template } from './packaged.ts';
import type { LambdaFunction } from './runtimeApi.ts';

const properties = z.object({
  FunctionName: z.string(),
  Handler: z.string(),
  Timeout: z.number(),
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

/** The files of a function's zip, by their paths. */
export function filesIn(zip: string): Record<string, Uint8Array> {
  return unzipSync(readFileSync(zip));
}

/** Every function of a template with its zip unpacked below `into`. */
export function unpackFunctions(
  template: Template,
  packageDirectory: string,
  into: string,
): LambdaFunction[] {
  return ofType(template, 'AWS::Lambda::Function').map(([, resource]) => {
    const { FunctionName, Handler, Timeout, Code, Environment } = properties.parse(
      resource.Properties,
    );
    const zip = join(packageDirectory, Code.S3Key.slice(Code.S3Key.lastIndexOf('/') + 1));
    const directory = join(into, FunctionName);
    for (const [path, content] of Object.entries(filesIn(zip))) {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return {
      name: FunctionName,
      handler: Handler,
      directory,
      timeoutSeconds: Timeout,
      environment: Environment.Variables,
    };
  });
}
