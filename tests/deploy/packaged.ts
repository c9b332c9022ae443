import { execFile, type ExecFileOptions } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import * as z from 'zod';
import type { LambdaFunction } from './runtimeApi.ts';

/** Runs a program; what it printed. When it fails, the error has what was on both streams. */
export async function run(program: string, given: readonly string[], options: ExecFileOptions) {
  const running = promisify(execFile)(program, given, { ...options, encoding: 'utf8' });
  const { stdout } = await running.catch((error: Error & { stdout: string }) => {
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error });
  });
  return stdout;
}

/** The folder of serverless.yml. */
export const ROOT = join(import.meta.dirname, '../..');
const PARTS = 'package.json node_modules docs functions infra lib stages tests'.split(' ');

const resource = z.object({
  Type: z.string(),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  UpdatePolicy: z.unknown().optional(),
  /** What a resource has depends on its type, which the tests look at. */
  Properties: z.record(z.string(), z.unknown()).default({}),
});
const template = z.object({
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.unknown()),
});

export type Template = z.output<typeof template>;

export type Packaged = Awaited<ReturnType<typeof packageService>>;

/** Where CI keeps one package of each stage for all of its steps. */
const KEPT = process.env['KEPT_PACKAGES'];

export const CERTIFICATE =
  'arn:aws:acm:eu-central-1:111122223333:certificate/11112222-3333-4444-5555-666677778888';
export const ALARM_TOPIC = 'arn:aws:sns:eu-central-1:111122223333:pager';

/** A stage without a file, with other parameters than the defaults. */
export const PRODUCTION: readonly string[] = [
  '--stage=live',
  '--param=jwtIssuer=https://login.example.com/',
  '--param=jwtAudience=desk',
  '--param=jwtScopes=bets:settle,bets:correct',
  '--param=placeBetConcurrency=400',
  '--param=placeBetRate=7000',
  `--param=alarmTopicArn=${ALARM_TOPIC}`,
  '--param=unfinishedAlarmSeconds=120',
  '--param=latencyAlarmMs=900',
  '--param=listEventsRate=20',
  '--param=domainName=bets.example.com',
  `--param=certificateArn=${CERTIFICATE}`,
  '--param=monthlyBudgetUsd=500',
  '--param=betStream=true',
  '--param=corsOrigins=https://app.example,http://localhost:8080',
  '--param=basePath=/api',
];

/** The stage that serverless.yml has by default. */
const DEVELOPMENT: readonly string[] = [];
const KEPT_NAMES = new Map([
  [DEVELOPMENT, 'dev'],
  [PRODUCTION, 'live'],
]);

/**
 * Runs `osls package` apart from the tree, so that runs may overlap, and without anything that
 * could lead to an account: no credentials, no configuration, no home, no network.
 */
export async function packageService(given: readonly string[] = DEVELOPMENT) {
  const name = KEPT_NAMES.get(given);
  const kept = KEPT && name && join(KEPT, name);
  const scratch = kept || (await mkdtemp(join(tmpdir(), 'bet-maker-package-')));
  const remove = async () => kept || rm(scratch, { recursive: true });
  try {
    if (!existsSync(join(scratch, '.serverless'))) await packageIn(scratch, given);
    /** Where the template and the zips are. */
    const directory = join(scratch, '.serverless');
    return { directory, template: await readTemplate(directory), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function packageIn(scratch: string, given: readonly string[]): Promise<void> {
  const NODE_OPTIONS = `--import=${join(import.meta.dirname, 'noNetwork.ts')}`;
  await osls(scratch, ['package', ...given], { NODE_OPTIONS });
}

/** Runs osls on this tree in a folder of its own, which is its home too. */
export async function osls(
  scratch: string,
  given: readonly string[],
  environment: Record<string, string>,
): Promise<void> {
  const env = { ...(await madeTree(scratch)), ...environment };
  await run(join(ROOT, 'node_modules/.bin/osls'), given, { cwd: scratch, env });
}

/** This tree in a folder, as far as it is not there; the environment of one who works in it. */
export async function madeTree(scratch: string) {
  mkdirSync(scratch, { recursive: true });
  const missing = PARTS.filter((part) => !existsSync(join(scratch, part)));
  await Promise.all(missing.map((part) => symlink(join(ROOT, part), join(scratch, part))));
  // osls passes over a configuration that is a link.
  await copyFile(join(ROOT, 'serverless.yml'), join(scratch, 'serverless.yml'));
  return { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: scratch };
}

export async function readTemplate(directory: string): Promise<Template> {
  const file = join(directory, 'cloudformation-template-update-stack.json');
  return template.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** The resources of a type, by their logical ids. */
export function ofType({ Resources }: Template, type: string) {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}

const lambda = z.object({
  FunctionName: z.string(),
  Handler: z.string(),
  Timeout: z.number(),
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

/** Every function of a package with its zip unpacked below `into`. */
export function unpackFunctions(of: Template, packageDirectory: string, into: string) {
  return ofType(of, 'AWS::Lambda::Function').map(([, { Properties }]): LambdaFunction => {
    const { FunctionName, Handler, Timeout, Code, Environment } = lambda.parse(Properties);
    const zip = join(packageDirectory, basename(Code.S3Key));
    const directory = join(into, FunctionName);
    for (const [path, content] of Object.entries(unzipSync(readFileSync(zip)))) {
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
