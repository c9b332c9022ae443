import { spawn } from 'node:child_process';
import { findRuntime, startDynamodbLocal } from './support/dynamodbLocal.ts';

/** All tests, or a part of them by its name; whatever is not a name is an argument of Jest. */
const PARTS: Record<string, (more: string[]) => Promise<number>> = {
  unit: (more) => jest('/(functions|infra|lib)/', 'tests/tidy', ...more),
  browser: (more) => jest('--testMatch', '**/tests/browser/*.browser.ts', ...more),
  bundles: () => run(process.execPath, ['tests/deploy/run.ts']),
  template: () => run(process.execPath, ['tests/deploy/lint.ts']),
};
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
  const code = await jest();
  if (starting === undefined) {
    process.stderr.write('\n*** LEFT OUT: DynamoDB Local needs Java 17 or Docker. ***\n');
    return code === 0 && process.env['CI'] !== undefined ? 1 : code;
  }
  const { endpoint, stop } = await starting;
  try {
    if (code !== 0) return code;
    process.stdout.write(`\nThe store's tests again, on DynamoDB Local (${runtime})\n`);
    return await run('jest', STORE_TESTS, { TEST_DYNAMODB_ENDPOINT: endpoint });
  } finally {
    await stop();
  }
}

async function command([name, ...more]: string[]): Promise<number> {
  if (name === undefined) return everything();
  const part = PARTS[name];
  if (part !== undefined) return part(more);
  if (!/^\w+$/.test(name)) return jest(name, ...more);
  process.stderr.write(`There is no "${name}". Usage: ${USAGE}\n`);
  return 2;
}

process.exitCode = await command(process.argv.slice(2));
