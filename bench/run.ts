import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRuntime, startDynamodbLocal } from '../tests/support/dynamodbLocal.ts';
import { costCase } from './cost.ts';
import { listCase } from './list.ts';
import { machine, type Row } from './measure.ts';
import { memoryCase } from './memory.ts';
import { placeCases } from './place.ts';
import { settleCases } from './settle.ts';
import { startCase } from './start.ts';
import { visibleCase } from './visible.ts';

/**
 * Measures what the service costs against the least that it could cost, side by side in one run, on
 * DynamoDB Local. Ratios are the result: medians of rounds taken in turn, with their spread.
 *
 *     npm run bench -- --rounds 5 --bets 10000 --book 20000 --only settle
 *     npm run bench -- --book 1000000 --visible 1000000 --memory-bets 1000000 --requests 100000
 *
 * The second is the full scale, and takes most of an hour on two processors. How long each Lambda bundle takes
 * to load is measured by `npm run check:bundles`, which builds them.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Bets that are settled in each round. */
    bets: { type: 'string', default: '10000' },
    /** Bets in the large book of the listing. */
    book: { type: 'string', default: '20000' },
    /** Bets on the largest event whose result is looked for. */
    visible: { type: 'string', default: '20000' },
    /** Requests after which memory is measured, and bets that are settled meanwhile. */
    requests: { type: 'string', default: '5000' },
    'memory-bets': { type: 'string', default: '20000' },
    /** One of the cases alone, by its name. */
    only: { type: 'string', default: '' },
  },
});
const rounds = Number(values.rounds);
const runtime = await findRuntime();
if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
const local = await startDynamodbLocal(runtime);
const { endpoint } = local;
const cases: Record<string, () => Promise<Row[]>> = {
  start: () => startCase(rounds),
  place: () => placeCases(endpoint, rounds),
  settle: () => settleCases(endpoint, rounds, Number(values.bets)),
  cost: () => costCase(endpoint),
  list: () => listCase(endpoint, rounds, Number(values.book)),
  visible: () => visibleCase(endpoint, rounds, [10_000, Number(values.visible)]),
  memory: () =>
    memoryCase(endpoint, {
      requests: Number(values.requests),
      bets: Number(values['memory-bets']),
    }),
};
const rows: Row[] = [];
for (const [name, measure] of Object.entries(cases)) {
  if (name.startsWith(values.only)) rows.push(...(await measure()));
}
await local.stop();
for (const { met, ...row } of rows) {
  const parts = [row.case, row.ours, row.against, `ratio ${row.ratio}`, `target ${row.target}`];
  process.stdout.write(
    `${met ? 'met   ' : 'MISSED'} ${parts.filter((part) => part !== '').join(' | ')}\n`,
  );
}
const folder = join(import.meta.dirname, '../.cache');
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, 'bench.json'),
  `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`,
);
