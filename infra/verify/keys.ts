import type * as z from 'zod';
import type { WholeTables } from '../../lib/dynamodb/wholeTables.ts';
import * as items from './items.ts';
import { requestHashOf, type Violation } from './rules.ts';

type Key = z.output<typeof items.key>;

/** Holds keys against the bets that they stand for. */
export async function judgeKeys(tables: WholeTables, keys: readonly Key[]): Promise<Violation[]> {
  const wanted = [...new Set(keys.map(({ betId }) => betId))];
  const betKeys = wanted.map((betId) => ({ shard: betId.slice(-1), betId }));
  const found = await tables.get('bets', betKeys);
  const bets = new Map(found.map((item) => [item['betId'], items.bet.safeParse(item).data]));
  return keys.flatMap((record) => {
    const { key, betId, requestHash } = record;
    const where = { table: 'idempotencyKeys', key: { key } } as const;
    if (!bets.has(betId)) {
      const detail = `it stands for bet ${betId}, which is not there`;
      const mendings = [{ ...where, was: record, to: 'nothing' as const }];
      return { kind: 'key-without-bet', ...where, detail, mendings };
    }
    const bet = bets.get(betId);
    // A bet that cannot be read is a violation by itself.
    if (bet === undefined || requestHashOf(bet.eventId, bet.amountMinor) === requestHash) return [];
    const detail = `it stands for another request than bet ${betId}`;
    return { kind: 'key-of-another-bet', ...where, detail };
  });
}

/** The last digits of an id are random: so many of them are looked at. */
const HEX_DIGITS = 7;
const BITS = 2 ** (4 * HEX_DIGITS);

/** Which bets may have two keys: one bit for the end of each id, 32 MB however many there are. */
export class BetsWithKeys {
  readonly #bits = new Uint8Array(BITS / 8);
  /** The ends that came twice, mostly by chance if there are many keys. */
  readonly #twice = new Set<number>();
  readonly #keys = new Map<string, string>();

  note({ betId }: Key): void {
    const end = endOf(betId);
    const [byte, bit] = [end >> 3, 1 << (end & 7)];
    const bits = this.#bits[byte] ?? 0;
    if ((bits & bit) !== 0) this.#twice.add(end);
    this.#bits[byte] = bits | bit;
  }

  get haveDoubts(): boolean {
    return this.#twice.size > 0;
  }

  /** Judges when all keys have been noted, and come a second time. */
  *judge({ betId, key }: Key): Generator<Violation> {
    if (!this.#twice.has(endOf(betId))) return;
    const other = this.#keys.get(betId);
    if (other === undefined) this.#keys.set(betId, key);
    else {
      const detail = `it stands for bet ${betId}, as the key ${JSON.stringify(other)} does`;
      yield { kind: 'two-keys-of-a-bet', table: 'idempotencyKeys', key: { key }, detail };
    }
  }
}

/** Bets of two keys. The keys are read again only if there may be one. */
export async function judgeDoubles(tables: WholeTables, withKeys: BetsWithKeys) {
  const found: Violation[] = [];
  if (!withKeys.haveDoubts) return found;
  await tables.scan('idempotencyKeys', (page) => {
    const keys = page.flatMap((item) => items.key.safeParse(item).data ?? []);
    for (const each of keys) found.push(...withKeys.judge(each));
  });
  return found;
}

/** Of what is no id too, which is a violation by itself. */
function endOf(betId: string): number {
  return Number.parseInt(betId.slice(-HEX_DIGITS), 16) || 0;
}
