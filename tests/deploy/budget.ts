import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';
import * as z from 'zod';
import { ROOT } from './packaged.ts';
import type { LambdaFunction } from './runtimeApi.ts';

const run = promisify(execFile);

/** Of one bundle, in bytes. */
const MAX_GZIP = 250 * 1024;
/**
 * CPU time to load a bundle, in times that of one with just the DynamoDB document client. They take
 * 1.19 to 1.29, and the same bundles differ by 0.03 from run to run.
 */
const MAX_LOAD_RATIO = 1.35;
/** Each loads every bundle once, in a process of its own. */
const ROUNDS = 21;

const BARE_CLIENT = `
  import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
  import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
  export const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
`;

interface Measured {
  name: string;
  gzipBytes: number;
  /** CPU time, lower quartile, in milliseconds. */
  loadMs: number;
  ratio: number;
}

/** Sizes and times of the bundles, the bare client's first, and what of them is over the budget. */
export async function measureBundles(functions: LambdaFunction[], packageDirectory: string) {
  const bare = join(packageDirectory, 'bareClient.cjs');
  await writeFile(bare, await bundleBareClient(packageDirectory));
  const bundles = [
    { name: 'bare client', directory: packageDirectory, file: bare },
    ...functions.map(({ name, handler, directory }) => ({
      name,
      directory,
      file: join(directory, `${handler.slice(0, handler.lastIndexOf('.'))}.cjs`),
    })),
  ];
  const loads = await loadInTurn(bundles);
  const bareMs = lowerQuartile(loads[0] ?? []);
  const measured = await Promise.all(
    bundles.map(async ({ name, file }, index) => {
      const loadMs = lowerQuartile(loads[index] ?? []);
      const gzipBytes = gzipSync(await readFile(file), { level: 9 }).length;
      return { name, gzipBytes, loadMs, ratio: loadMs / bareMs };
    }),
  );
  return { measured, over: overBudget(measured) };
}

function overBudget(measured: readonly Measured[]): string[] {
  return measured.flatMap(({ name, gzipBytes, ratio }) => [
    ...(gzipBytes > MAX_GZIP ? [`${name}: ${gzipBytes} bytes gzipped, over ${MAX_GZIP}`] : []),
    ...(ratio > MAX_LOAD_RATIO
      ? [`${name}: loads in ${ratio.toFixed(2)} times the bare client's, over ${MAX_LOAD_RATIO}`]
      : []),
  ]);
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

interface Bundle {
  file: string;
  /** Where it is loaded, as Lambda does in its zip's folder. */
  directory: string;
}

/** Milliseconds of every load of each bundle: in turn, so that a busy machine slows all alike. */
async function loadInTurn(bundles: readonly Bundle[]): Promise<number[][]> {
  const loads = bundles.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, bundle] of bundles.entries()) loads[index]?.push(await load(bundle));
  }
  return loads;
}

async function load({ file, directory: cwd }: Bundle): Promise<number> {
  const script =
    'const begun = process.cpuUsage(); require(process.argv[1]); ' +
    'const { user, system } = process.cpuUsage(begun); ' +
    'process.stdout.write(String((user + system) / 1000));';
  const { stdout } = await run(process.execPath, ['-e', script, file], { cwd, env: {} });
  return Number(stdout);
}

/** What else the machine does only adds to a load, so the quick ones tell most about the bundle. */
function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 2] ?? Number.NaN;
}
