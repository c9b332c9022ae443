import { spawn } from 'node:child_process';
import { findRuntime, startDynamodbLocal } from './support/dynamodbLocal.ts';

/** All tests, or a part of them by its name; whatever is not a name is an argument of Jest. */
const PARTS: Record<string, (more: string[]) => Promise<unknown>> = {
  unit: (more) => jest('/(functions|infra|lib)/', 'tests/tidy', ...more),
  browser: (more) => jest('--testMatch', '**/tests/browser/*.browser.ts', ...more),
  local: onDynamodbLocal,
  // One after the other: each has an account of its own, and much to do.
  deploy: (more) => jest('--runInBand', '--testMatch', DEPLOYMENTS, ...more),
  // These two set the exit code themselves.
  bundles: () => import('./deploy/run.ts'),
  template: () => import('./deploy/lint.ts'),
};
const DEPLOYMENTS = '**/tests/deploy/{deployed,docs}.bundle.ts';
const USAGE = `npm test -- [${Object.keys(PARTS).join(' | ')} | paths and options of Jest]`;
/** What depends on how a store behaves; what the service does beyond it is the same on each. */
const STORE_TESTS = ['tests/contract', 'tests/endToEnd/(api|settling)'];

function run(program: string, given: string[], environment = {}): Promise<number> {
  const env = { ...process.env, ...environment };
  const child = spawn(program, given, { stdio: 'inherit', env });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

function jest(...given: string[]): Promise<number> {
  return run('jest', given);
}

/** Everything on the embedded store, and then what touches a store again on DynamoDB Local. */
async function everything(): Promise<number> {
  const runtime = await findRuntime();
  const starting = runtime && startDynamodbLocal(runtime);
  // Told below: it starts while the other tests run.
  starting?.catch(() => {});
  const embedded = await jest();
  if (starting === undefined) {
    process.stderr.write('\n*** LEFT OUT: DynamoDB Local needs Java 17 or Docker. ***\n');
    return embedded === 0 && process.env['CI'] !== undefined ? 1 : embedded;
  }
  const { endpoint, version, stop } = await starting;
  try {
    if (embedded !== 0) return embedded;
    process.stdout.write(`\nThe store's tests again, on DynamoDB Local ${version}\n`);
    return await run('jest', STORE_TESTS, { TEST_DYNAMODB_ENDPOINT: endpoint });
  } finally {
    await stop();
  }
}

/** Tests by their paths and options of Jest, else all that touch a store, on DynamoDB Local. */
async function onDynamodbLocal(more: string[]): Promise<number> {
  const runtime = await findRuntime();
  if (runtime === undefined) {
    process.stderr.write('DynamoDB Local needs Java 17 or Docker.\n');
    return 1;
  }
  const { endpoint, stop } = await startDynamodbLocal(runtime);
  const given = more.length > 0 ? more : STORE_TESTS;
  try {
    return await run('jest', given, { TEST_DYNAMODB_ENDPOINT: endpoint });
  } finally {
    await stop();
  }
}

async function command([name, ...more]: string[]): Promise<unknown> {
  if (name === undefined) return everything();
  const part = PARTS[name];
  if (part !== undefined) return part(more);
  if (!/^\w+$/.test(name)) return jest(name, ...more);
  process.stderr.write(`There is no "${name}". Usage: ${USAGE}\n`);
  return 2;
}

const code = await command(process.argv.slice(2));
if (typeof code === 'number') process.exitCode = code;
