import type { Mending, WholeTables } from '../../lib/dynamodb/wholeTables.ts';
import { type Listener, verify } from './verify.ts';
import type { Violation } from './rules.ts';

/** Rounds at most: what one mends may uncover something else. */
const MAX_ROUNDS = 4;

export interface Repaired {
  /** Changes that were made. */
  mended: number;
  /** Changes that were not, as the item was another one by then: somebody writes to the tables. */
  overtaken: number;
  /** What is left after the last round. */
  left: Violation[];
}

/** Mends what follows from the bets and from the results of the events, until nothing more does. */
export async function repair(
  tables: WholeTables,
  listener: Listener,
  now: string,
): Promise<Repaired> {
  const all: Repaired = { mended: 0, overtaken: 0, left: [] };
  for (let round = 0; ; round += 1) {
    all.left = [];
    const violation = (each: Violation): void => {
      all.left.push(each);
      if (round === 0) listener.violation(each);
    };
    await verify(tables, { ...listener, violation }, now);
    const mendings = all.left.flatMap((each) => each.mendings ?? []);
    if (mendings.length === 0 || round === MAX_ROUNDS) return all;
    for (const mending of mendings) await mend(tables, mending, all);
  }
}

async function mend(tables: WholeTables, mending: Mending, all: Repaired): Promise<void> {
  if (await tables.mend(mending)) all.mended += 1;
  else all.overtaken += 1;
}
