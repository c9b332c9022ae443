import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Everything by chance in a schedule comes from one seed, in one order. */
export interface Random {
  /** Evenly spread over [0, 1). */
  next(): number;
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const next = (): number => (generator.next() >>> 0) / 2 ** 32;
  const between = (low: number, high: number): number =>
    low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
  };
}
