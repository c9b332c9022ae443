import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRuntime, startDynamodbLocal } from '../support/dynamodbLocal.ts';
import { findBundles, measureSizes } from './bundles.ts';
import { packageService, unpackFunctions } from './packaged.ts';
import type { LambdaFunction } from './runtimeApi.ts';
import { fetchRuntimeClient } from './runtimeClient.ts';

/**
 * The packaged functions: within the budget of their size, and serving the API's tests under AWS's
 * runtime client, one process a function, on DynamoDB Local.
 */
const TESTS = ['tests/endToEnd/api.test.ts', 'tests/endToEnd/settling.test.ts'];
/** The local service has the pages itself, so that their bundle is asked without it. */
const PAGES_TEST = ['--testMatch', '**/tests/deploy/pages.bundle.ts'];
const PAGES = 'functions/pages.handler';
/** What clients and operators do for a while, judged by the guarantees. */
const ACCEPTANCE = ['--testMatch', '**/tests/deploy/acceptance.bundle.ts'];

async function checkBudget(directory: string, functions: LambdaFunction[]): Promise<boolean> {
  const { sizes, over } = await measureSizes(await findBundles(functions, directory));
  for (const { name, gzipBytes, ratio } of sizes) {
    const kilobytes = (gzipBytes / 1024).toFixed(1).padStart(6);
    const text = `${kilobytes} KB gzipped, ${ratio.toFixed(2)} of the bare client's`;
    process.stdout.write(`${name.padEnd(32)} ${text}\n`);
  }
  for (const line of over) process.stderr.write(`OVER BUDGET: ${line}\n`);
  return over.length === 0;
}

function jest(given: readonly string[], environment: Record<string, string>): Promise<number> {
  const child = spawn('jest', given, { stdio: 'inherit', env: { ...process.env, ...environment } });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

async function serveTests(TEST_PACKAGE: string, TEST_ANSWERED: string): Promise<number> {
  const runtime = await findRuntime();
  if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
  await fetchRuntimeClient();
  const pages = await jest(PAGES_TEST, { TEST_PACKAGE });
  if (pages !== 0) return pages;
  const local = await startDynamodbLocal(runtime);
  try {
    const store = { TEST_DYNAMODB_ENDPOINT: local.endpoint };
    const environment = { TEST_PACKAGE, TEST_ANSWERED, ...store };
    const served = await jest(TESTS, environment);
    return served === 0 ? await jest(ACCEPTANCE, environment) : served;
  } finally {
    await local.stop();
  }
}

/** The tests would pass as well on the sources: each function must have been what answered. */
function allAnswered(marks: string, functions: LambdaFunction[]): boolean {
  const silent = functions.filter(({ handler }) => {
    if (handler === PAGES) return false;
    const name = /^functions\/(\w+)\.handler$/.exec(handler)?.[1];
    return name === undefined || !existsSync(join(marks, name));
  });
  for (const { name } of silent) process.stderr.write(`NOT CALLED by any test: ${name}\n`);
  return silent.length === 0;
}

const packaged = await packageService();
const unpacked = await mkdtemp(join(tmpdir(), 'bet-maker-functions-'));
const marks = join(unpacked, 'answered');
try {
  const functions = unpackFunctions(packaged.template, packaged.directory, unpacked);
  const within = await checkBudget(packaged.directory, functions);
  await mkdir(marks);
  process.exitCode = within ? await serveTests(packaged.directory, marks) : 1;
  if (process.exitCode === 0 && !allAnswered(marks, functions)) process.exitCode = 1;
} finally {
  await rm(unpacked, { recursive: true });
  await packaged.remove();
}
