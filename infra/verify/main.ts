import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Config, ConfigError, readConfig } from '../../lib/config.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { tableNames } from '../../lib/dynamodb/tables.ts';
import { WholeTables } from '../../lib/dynamodb/wholeTables.ts';
import { repair } from './repair.ts';
import { KINDS, type Violation } from './rules.ts';
import { verify } from './verify.ts';

/**
 * Holds all that is stored against each other, and says what does not fit. The settings
 * `DYNAMODB_ENDPOINT` and `TABLE_PREFIX` say where it looks.
 *
 *     npm run verify                 what is wrong, where, and what to do
 *     npm run verify -- --json       one JSON document on stdout
 *     npm run verify -- --repair     mends what it can; stop the service before
 *
 * Ends with 0 when all fits, with 1 when something does not, and with 2 when it could not look.
 */
const USAGE = 'Usage: npm run verify -- [--json] [--repair]';
const CANNOT_LOOK = 2;
const PROGRESS_MS = 5_000;
/** One call, with the tries of the SDK. */
const CALL_MS = 30_000;

function readOptions() {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ options: { json: flag, repair: flag } }).values;
  } catch (error) {
    throw new ConfigError(`${messageOf(error)}\n${USAGE}`);
  }
}

const deadline = () => AbortSignal.timeout(CALL_MS);

function tablesOf({ store, tablePrefix }: Config): WholeTables {
  if (store === 'memory') {
    throw new ConfigError('DYNAMODB_ENDPOINT must say where the tables are: aws, or an address.');
  }
  const patience = { sleep, random: Math.random, deadline };
  return new WholeTables(createClient(store), tableNames(tablePrefix), patience);
}

async function sleep(milliseconds: number): Promise<void> {
  await delay(milliseconds);
}

/** One line a violation, with what to do. */
function lineOf({ kind, table, key, detail }: Violation): string {
  return `${kind}: ${table} ${toJson(key)}: ${detail}\n  ${KINDS[kind]}\n`;
}

/** Numbers of the tables are bigint; in JSON they are texts, as they may be beyond 2^53. */
function toJson(value: unknown, space?: number): string {
  return JSON.stringify(value, withoutBigints, space);
}

function withoutBigints(_name: string, part: unknown): unknown {
  return typeof part === 'bigint' ? `${part}` : part;
}

function told({ kind, table, key, detail }: Violation) {
  return { kind, table, key, detail, advice: KINDS[kind] };
}

async function run(): Promise<number> {
  const given = readOptions();
  const tables = tablesOf(readConfig());
  const read: Record<string, number> = {};
  const found: Violation[] = [];
  const listener = {
    violation: (each: Violation): void => {
      found.push(each);
      if (!given.json) process.stdout.write(lineOf(each));
    },
    read: (table: string, items: number): void => void (read[table] = (read[table] ?? 0) + items),
  };
  const tellProgress = (): void => void process.stderr.write(`verify: read ${toJson(read)}\n`);
  const progress = setInterval(tellProgress, PROGRESS_MS);
  try {
    const now = new Date().toISOString();
    const repaired = given.repair ? await repair(tables, listener, now) : undefined;
    if (repaired === undefined) await verify(tables, listener, now);
    const left = repaired?.left ?? found;
    report(given.json, read, found, repaired);
    return left.length === 0 ? 0 : 1;
  } finally {
    clearInterval(progress);
  }
}

function report(
  json: boolean,
  read: Record<string, number>,
  found: readonly Violation[],
  repaired: Awaited<ReturnType<typeof repair>> | undefined,
): void {
  if (json) {
    const left = repaired?.left.map(told);
    const document = { read, violations: found.map(told), ...(repaired && { ...repaired, left }) };
    process.stdout.write(`${toJson(document, 2)}\n`);
    return;
  }
  process.stdout.write(`${found.length} violations. Read: ${toJson(read)}\n`);
  if (repaired === undefined) return;
  const { mended, overtaken, left } = repaired;
  for (const each of left) process.stdout.write(`LEFT ${lineOf(each)}`);
  process.stdout.write(`Mended: ${mended}. Violations now: ${left.length}.\n`);
  if (overtaken > 0) {
    process.stdout.write(`${overtaken} items changed meanwhile: is the service still running?\n`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`verify cannot look at the tables. ${messageOf(error)}\n`);
  process.exitCode = CANNOT_LOOK;
}
