import { createHash } from 'node:crypto';
import type { TableName } from '../../lib/dynamodb/tables.ts';
import type { Violation } from './rules.ts';

/** What a table and one of its indexes hold under one name: how many items, and a sum of them. */
interface Tally {
  items: number;
  digest: bigint;
}

/** An index, its attributes, and the one by which its items are told apart below. */
export interface Index {
  table: TableName;
  name: string;
  attributes: readonly string[];
  by: string;
}

export const INDEXES: readonly Index[] = [
  {
    table: 'bets',
    name: 'byEvent',
    attributes: ['eventFence', 'betId', 'shard'],
    by: 'eventFence',
  },
  {
    table: 'events',
    name: 'unfinished',
    attributes: ['unfinished', 'listKey', 'eventId'],
    by: 'eventId',
  },
  {
    table: 'events',
    name: 'byState',
    attributes: ['stateShard', 'listKey', 'eventId'],
    by: 'eventId',
  },
];

const WORD_BITS = 64;

/**
 * What an index holds, a fence or an event at a time, and never an item: so that two of them can be
 * held against each other however many bets there are.
 */
export class IndexTallies {
  readonly #tallies = new Map<string, Tally>();
  readonly #index: Index;

  constructor(index: Index) {
    this.#index = index;
  }

  noteAll(items: readonly Record<string, unknown>[]): void {
    for (const item of items) this.#note(item);
  }

  /** An item without one of the attributes is not in the index. */
  #note(item: Record<string, unknown>): void {
    const { attributes, by } = this.#index;
    const values = attributes.map((name) => item[name]);
    if (!values.every((value) => typeof value === 'string')) return;
    const name = String(item[by]);
    const { items = 0, digest = 0n } = this.#tallies.get(name) ?? {};
    const hash = createHash('sha256').update(JSON.stringify(values)).digest().readBigUInt64BE();
    this.#tallies.set(name, { items: items + 1, digest: BigInt.asUintN(WORD_BITS, digest + hash) });
  }

  /** Where this index is not what its table says that it must be. */
  *differences(wanted: IndexTallies): Generator<Violation> {
    const { table, name: index, by } = this.#index;
    for (const name of new Set([...wanted.#tallies.keys(), ...this.#tallies.keys()])) {
      const [has, needs] = [this, wanted].map((of) => of.#tallies.get(name));
      if (has?.digest === needs?.digest) continue;
      const detail =
        `the index ${index} has ${has?.items ?? 0} items of it, ` +
        `and the table has ${needs?.items ?? 0}, or others`;
      yield { kind: 'index-differs', table, key: { [by]: name }, detail };
    }
  }
}
