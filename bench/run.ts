import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findRuntime, startDynamodbLocal } from '../tests/support/dynamodbLocal.ts';
import { bundleCases } from './bundles.ts';
import { ceilings } from './ceilings.ts';
import { costCase } from './cost.ts';
import { embeddedCases } from './embedded.ts';
import { freshCase } from './fresh.ts';
import { listCase } from './list.ts';
import { machine, type Row } from './measure.ts';
import { memoryCase } from './memory.ts';
import { placeCases } from './place.ts';
import { putCase } from './put.ts';
import { settleCases } from './settle.ts';
import { soak } from './soak.ts';
import { startCase } from './start.ts';
import { visibleCase } from './visible.ts';

/**
 * Measures what the service costs against the least that it could cost, side by side in one run, on
 * DynamoDB Local. Ratios are the result: medians of rounds taken in turn, with their spread.
 *
 *     npm run bench -- --only place --rounds 5
 *     npm run bench -- --book 1000000 --visible 1000000 --memory-bets 1000000 --requests 100000
 *     npm run bench -- --only soak --minutes 30 --outage-seconds 20
 *     npm run bench -- --only put --against ../bet-maker-before
 *     npm run bench -- --only ceilings
 *
 * Without `--only` it runs every case but the soak and the ceilings, which are no measurement but a
 * model. The second line is the full scale, and takes most of an hour on two processors. With
 * another checkout, `--only embedded` and `--only put` run its service side by side with this one.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    /** The folder of another checkout, whose service is held against this one's. */
    against: { type: 'string' },
    /** Bets that are settled in each round. */
    bets: { type: 'string', default: '10000' },
    /** Bets in the large book of the listing. */
    book: { type: 'string', default: '20000' },
    /** Bets on the largest event whose result is looked for. */
    visible: { type: 'string', default: '20000' },
    /** Requests after which memory is measured, and bets that are settled meanwhile. */
    requests: { type: 'string', default: '5000' },
    'memory-bets': { type: 'string', default: '20000' },
    /** How long the soak takes, and how long its store is away. */
    minutes: { type: 'string', default: '30' },
    'outage-seconds': { type: 'string', default: '20' },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);
const other =
  values.against === undefined ? undefined : join(resolve(values.against), 'infra/local/server.ts');
const cases: Record<string, (endpoint: string) => Promise<Row[]>> = {
  bundles: () => bundleCases(rounds),
  start: () => startCase(rounds),
  place: (endpoint) => placeCases(endpoint, rounds),
  fresh: (endpoint) => freshCase(endpoint, rounds),
  embedded: () => embeddedCases(rounds, other),
  put: (endpoint) => putCase(endpoint, rounds, other),
  settle: (endpoint) => settleCases(endpoint, rounds, Number(values.bets)),
  cost: (endpoint) => costCase(endpoint),
  list: (endpoint) => listCase(endpoint, rounds, Number(values.book)),
  visible: (endpoint) => visibleCase(endpoint, rounds, [10_000, Number(values.visible)]),
  memory: (endpoint) => memoryCase(endpoint, { requests, bets: Number(values['memory-bets']) }),
};

type Runtime = Parameters<typeof startDynamodbLocal>[0];

async function compare(names: readonly string[], runtime: Runtime): Promise<void> {
  const busy = loadavg()[0]?.toFixed(1);
  process.stdout.write(`Load average before: ${busy}. Only a quiet machine gives a verdict.\n`);
  const local = await startDynamodbLocal(runtime);
  const rows: Row[] = [];
  for (const name of names) rows.push(...((await cases[name]?.(local.endpoint)) ?? []));
  await local.stop();
  for (const { met, ...row } of rows) {
    const [ratio, target] = [label('ratio', row.ratio), label('target', row.target)];
    const parts = [row.case, row.ours, row.against, ratio, target].filter((part) => part !== '');
    const judged = met === undefined ? '      ' : met ? 'met   ' : 'MISSED';
    process.stdout.write(`${judged} ${parts.join(' | ')}\n`);
  }
  const folder = join(import.meta.dirname, '../.cache');
  const told = JSON.stringify({ machine: machine(), busy, rows }, null, 2);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'bench.json'), `${told}\n`);
}

function label(name: string, text: string): string {
  return text === '' ? '' : `${name} ${text}`;
}

async function findLocal(): Promise<Runtime> {
  const runtime = await findRuntime();
  if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
  return runtime;
}

const { only } = values;
if (only === 'ceilings') {
  process.stdout.write(ceilings());
} else if (only === 'soak') {
  const outageSeconds = Number(values['outage-seconds']);
  const minutes = Number(values.minutes);
  const held = await soak(await findLocal(), { minutes, outageSeconds });
  process.exitCode = held ? 0 : 1;
} else if (only === undefined || only in cases) {
  await compare(only === undefined ? Object.keys(cases) : [only], await findLocal());
} else {
  const names = [...Object.keys(cases), 'soak', 'ceilings'].join(', ');
  process.stderr.write(`bench: --only takes ${names}.\n`);
  process.exitCode = 2;
}
