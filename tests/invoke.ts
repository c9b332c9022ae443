import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { startEmbeddedStore } from '../infra/local/embeddedStore.ts';
import { readConfig } from '../lib/config.ts';
import { createMissingTables } from '../lib/dynamodb/bootstrap.ts';
import { createClient } from '../lib/dynamodb/client.ts';

/**
 * `npm run invoke -- placeBet listBets`: Lambda handlers one after the other, each with its event
 * of `examples/events`. Their store is an empty one in memory, or that of `DYNAMODB_ENDPOINT`.
 */
const ROOT = join(import.meta.dirname, '..');
const EVENTS = join(ROOT, 'examples/events');
const TIMEOUT_MS = 10_000;

type Handler = (given: unknown, context: object) => Promise<unknown>;

async function invoke(name: string): Promise<unknown> {
  const given: unknown = JSON.parse(await readFile(join(EVENTS, `${name}.json`), 'utf8'));
  const { handler }: { handler: Handler } = await import(`../functions/${name}.ts`);
  const ends = Date.now() + TIMEOUT_MS;
  const getRemainingTimeInMillis = () => ends - Date.now();
  return handler(given, { awsRequestId: randomUUID(), getRemainingTimeInMillis });
}

/** The answer with its body as the value that it is. */
function readable(answer: unknown): string {
  const { body, ...rest }: { body?: unknown } = Object(answer);
  const isJson = typeof body === 'string' && /^[[{]/.test(body);
  const whole = body === undefined ? rest : { ...rest, body: isJson ? JSON.parse(body) : body };
  return inspect(whole, { depth: null, maxStringLength: 200 });
}

const files = await readdir(EVENTS);
const known = files.map((file) => file.replace('.json', ''));
const names = process.argv.slice(2);
if (names.length === 0 || !names.every((name) => known.includes(name))) {
  process.stderr.write(`Usage: npm run invoke -- [${known.join(' | ')}]...\n`);
  process.exit(2);
}
// The handlers read it when they are loaded.
process.env['DYNAMODB_ENDPOINT'] ??= (await startEmbeddedStore()).endpoint;
const { store, tablePrefix } = readConfig();
if (store !== 'aws') await createMissingTables(createClient(store), tablePrefix);
for (const name of names) process.stdout.write(`${name} ${readable(await invoke(name))}\n`);
process.exit(0);
