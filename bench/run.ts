import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRuntime, startDynamodbLocal } from '../tests/support/dynamodbLocal.ts';
import { listCase, placeCases, type Row, settleCases, startCase } from './cases.ts';
import { machine } from './measure.ts';

/**
 * Measures what the service costs against the least that it could cost, side by side in one run, on
 * DynamoDB Local. Ratios are the result: medians of rounds taken in turn, with their spread.
 *
 *     npm run bench -- --rounds 5 --bets 5000 --book 20000
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Bets that are settled in each round. */
    bets: { type: 'string', default: '5000' },
    /** Bets in the large book of the listing. */
    book: { type: 'string', default: '20000' },
  },
});
const rounds = Number(values.rounds);
const runtime = await findRuntime();
if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
const local = await startDynamodbLocal(runtime);
const rows: Row[] = [
  ...(await startCase(rounds)),
  ...(await placeCases(local.endpoint, rounds)),
  ...(await settleCases(local.endpoint, rounds, Number(values.bets))),
  ...(await listCase(local.endpoint, rounds, Number(values.book))),
];
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
