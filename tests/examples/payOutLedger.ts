import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { blocksOf } from '../deploy/codeBlocks.ts';

/** What is known of a bet when it is booked. */
interface News {
  bet_id: string;
  version: number;
  /** In minor units. */
  worth: number;
}

/** A ledger with the statements of docs/payouts.md. */
export function newLedger() {
  const page = readFileSync(join(import.meta.dirname, '../../docs/payouts.md'), 'utf8');
  const [tables = '', booking = '', forgetting = ''] = blocksOf(page, 'sql');
  const database = new DatabaseSync(':memory:');
  database.exec(tables);
  const statements = booking
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .filter((text) => text.trim() !== '')
    .map((text) => database.prepare(text));
  for (const each of statements) each.setAllowUnknownNamedParameters(true);
  return {
    book: (news: News) => {
      for (const each of statements) each.run({ ...news });
    },
    /** What follows a restore of the service. */
    forgetVersions: () => database.exec(forgetting),
    /** What was transferred for each bet, all in all. */
    transferred: () => {
      const sums = database.prepare(
        'select substr(id, 1, 36) as bet, sum(amount) as paid from transfers group by 1',
      );
      return new Map(sums.all().map(({ bet, paid }) => [bet, paid]));
    },
  };
}
