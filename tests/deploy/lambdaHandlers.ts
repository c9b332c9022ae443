/**
 * Loaded before infra/local/server.ts: each handler is replaced by an invocation of its zip, so
 * that the HTTP service is in front of the packaged functions as API Gateway will be.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTemplate, unpackFunctions } from './packaged.ts';
import { LambdaRuntime } from './runtimeApi.ts';
import { fetchRuntimeClient } from './runtimeClient.ts';

const packageDirectory = process.env['TEST_PACKAGE'];
if (packageDirectory === undefined) throw new Error('TEST_PACKAGE names no folder of a package.');
/** Where a mark of each function that has answered is left. Not in the package: osls removes it. */
const marks = process.env['TEST_ANSWERED'];

const unpacked = mkdtempSync(join(tmpdir(), 'bet-maker-functions-'));
const client = await fetchRuntimeClient();
const runtimes = new Map(
  unpackFunctions(await readTemplate(packageDirectory), packageDirectory, unpacked).map((one) => [
    one.handler.replace(/^functions\/(\w+)\.handler$/, '$1'),
    new LambdaRuntime({ ...one, environment: { ...one.environment, ...here() } }, client),
  ]),
);

/** The store of this process, as the SDK and the function learn of it, and time to settle on it. */
function here(): Record<string, string> {
  const { DYNAMODB_ENDPOINT = '', TABLE_PREFIX = '', SETTLE_BUDGET_MS = '60000' } = process.env;
  const { AWS_ENDPOINT_URL_DYNAMODB = DYNAMODB_ENDPOINT } = process.env;
  return { AWS_ENDPOINT_URL_DYNAMODB, TABLE_PREFIX, SETTLE_BUDGET_MS };
}

process.once('exit', () => {
  for (const runtime of runtimes.values()) runtime.stop();
  rmSync(unpacked, { recursive: true, force: true });
});

async function invoke(name: string, apiEvent: unknown): Promise<unknown> {
  const runtime = runtimes.get(name);
  if (runtime === undefined) throw new Error(`The package has no function ${name}.`);
  const answer = await runtime.invoke(apiEvent);
  if (marks !== undefined) writeFileSync(join(marks, name), '');
  return answer;
}
Object.assign(globalThis, { [Symbol.for('bet-maker.invoke')]: invoke });

/** What the local service makes its handlers and its runs of the resumer with. */
const REPLACED = {
  '/lib/http/handler.ts':
    'export const createHandler = ({ name }) => (apiEvent) => invoke(name, apiEvent);',
  '/lib/resumer.ts': "export const resume = () => invoke('resumeSettlements', {});",
};
const INVOKE = "const invoke = globalThis[Symbol.for('bet-maker.invoke')];";

registerHooks({
  load: (url, context, next) => {
    const [, source] = Object.entries(REPLACED).find(([path]) => url.endsWith(path)) ?? [];
    if (source === undefined) return next(url, context);
    return { format: 'module', shortCircuit: true, source: `${INVOKE} ${source}` };
  },
});
