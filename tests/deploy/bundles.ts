import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';
import * as z from 'zod';
import { ROOT } from './packaged.ts';
import type { LambdaFunction } from './runtimeApi.ts';

/** Of one bundle, in bytes: the bare client may grow too. */
const MAX_GZIP = 250 * 1024;
/**
 * A bundle's size gzipped, in times that of one with just the DynamoDB document client. They take
 * 1.09 to 1.17. It bounds the time to load too, which `npm run bench -- --only bundles` measures.
 */
const MAX_RATIO = 1.2;

const BARE_CLIENT = `
  import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
  import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
  export const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
`;

/** A bundle, and the folder of its function's zip, where Lambda loads it. */
export interface Bundle {
  name: string;
  directory: string;
  file: string;
}

interface Size {
  name: string;
  gzipBytes: number;
  /** In times the bare client's. */
  ratio: number;
}

/** The bundle of the bare client, which is built here, and then those of the functions. */
export async function findBundles(
  functions: readonly LambdaFunction[],
  packageDirectory: string,
): Promise<Bundle[]> {
  const bare = join(packageDirectory, 'bareClient.cjs');
  await writeFile(bare, await bundleBareClient(packageDirectory));
  const ours = functions.map(({ name, handler, directory }) => ({
    name,
    directory,
    file: join(directory, `${handler.slice(0, handler.lastIndexOf('.'))}.cjs`),
  }));
  return [{ name: 'bare client', directory: packageDirectory, file: bare }, ...ours];
}

/** Sizes of the bundles, the bare client's first, and what of them is over the budget. */
export async function measureSizes(bundles: readonly Bundle[]) {
  const gzipped = await Promise.all(
    bundles.map(async ({ file }) => gzipSync(await readFile(file), { level: 9 }).length),
  );
  const sizes = bundles.map(({ name }, index): Size => {
    const gzipBytes = gzipped[index] ?? Number.NaN;
    return { name, gzipBytes, ratio: gzipBytes / (gzipped[0] ?? Number.NaN) };
  });
  return { sizes, over: sizes.flatMap(overBudget) };
}

function overBudget({ name, gzipBytes, ratio }: Size): string[] {
  return [
    ...(gzipBytes > MAX_GZIP ? [`${name}: ${gzipBytes} bytes gzipped, over ${MAX_GZIP}`] : []),
    ...(ratio > MAX_RATIO
      ? [`${name}: ${ratio.toFixed(2)} times the bare client's size, over ${MAX_RATIO}`]
      : []),
  ];
}

const esbuild = z.object({
  minify: z.boolean(),
  platform: z.literal('node'),
  target: z.string(),
  format: z.literal('cjs'),
  mainFields: z.array(z.string()),
});
const state = z.object({ service: z.object({ custom: z.object({ esbuild }) }) });

/** By the settings of serverless.yml, but whole: with all of the SDK's sources of credentials. */
async function bundleBareClient(packageDirectory: string): Promise<Uint8Array> {
  const text = await readFile(join(packageDirectory, 'serverless-state.json'), 'utf8');
  const settings: BuildOptions = state.parse(JSON.parse(text)).service.custom.esbuild;
  const stdin = { contents: BARE_CLIENT, resolveDir: ROOT };
  const { outputFiles } = await build({ ...settings, bundle: true, write: false, stdin });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
