import { spawn } from 'node:child_process';
import { findRuntime, startDynamodbLocal } from './support/dynamodbLocal.ts';

/**
 * All tests: everything once, the store being the embedded one, and what touches a store again on
 * DynamoDB Local. With arguments, just Jest with these.
 */
const STORE_TESTS = ['tests/contract', 'tests/endToEnd'];

function jest(given: readonly string[], environment: Record<string, string> = {}): Promise<number> {
  const child = spawn('jest', given, {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

async function onDynamodbLocal(): Promise<number> {
  const runtime = await findRuntime();
  if (runtime === undefined) {
    process.stderr.write(
      '\n*** LEFT OUT: the suite on DynamoDB Local needs Java 17 or Docker, and there is neither. ***\n',
    );
    return process.env['CI'] === undefined ? 0 : 1;
  }
  process.stdout.write(`\nThe store's tests again, on DynamoDB Local (${runtime})\n`);
  const local = await startDynamodbLocal(runtime);
  try {
    return await jest(STORE_TESTS, { TEST_DYNAMODB_ENDPOINT: local.endpoint });
  } finally {
    await local.stop();
  }
}

const given = process.argv.slice(2);
process.exitCode = await jest(given);
if (given.length === 0 && process.exitCode === 0) process.exitCode = await onDynamodbLocal();
