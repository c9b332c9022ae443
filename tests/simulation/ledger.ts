import type { Item, Value } from './expressions.ts';

/** What an event's fences have counted. */
export interface Counts {
  placed: number;
  stakedMinor: bigint;
}

/** What is stored of each event's bets, kept up with every write. */
export interface Ledger {
  note(table: string, before: Item | undefined, after: Item): void;
  /** Forgets everything. */
  clear(): void;
  /** The counts of all events at this instant. */
  counts(): ReadonlyMap<string, Counts>;
  /** The stored bets of an event, and how many of them are at a version or above. */
  bets(eventId: string): number;
  betsAt(eventId: string, version: number): number;
}

const NO_BETS: ReadonlyMap<string, number> = new Map();

export const NO_COUNTS: Counts = { placed: 0, stakedMinor: 0n };

export function createLedger(): Ledger {
  const counts = new Map<string, Counts>();
  /** By event, the version that each bet is stored at. */
  const versions = new Map<string, Map<string, number>>();

  const noteFence = (before: Item | undefined, after: Item): void => {
    const event = String(after['eventFence']).replace(/#\d+$/, '');
    const { placed, stakedMinor } = counts.get(event) ?? NO_COUNTS;
    counts.set(event, {
      placed: placed + Number(integer(after['placed']) - integer(before?.['placed'])),
      stakedMinor: stakedMinor + integer(after['stakedMinor']) - integer(before?.['stakedMinor']),
    });
  };
  const noteBet = (after: Item): void => {
    const event = String(after['eventId']);
    const own = versions.get(event) ?? new Map<string, number>();
    versions.set(event, own.set(String(after['betId']), Number(after['outcomeVersion'])));
  };
  return {
    note: (table, before, after) => {
      if (table === 'fences') noteFence(before, after);
      if (table === 'bets') noteBet(after);
    },
    clear: () => {
      counts.clear();
      versions.clear();
    },
    counts: () => new Map(counts),
    bets: (eventId) => versions.get(eventId)?.size ?? 0,
    betsAt: (eventId, version) => {
      const stored = versions.get(eventId) ?? NO_BETS;
      return [...stored.values()].filter((at) => at >= version).length;
    },
  };
}

function integer(value: Value | undefined): bigint {
  return typeof value === 'bigint' ? value : 0n;
}
