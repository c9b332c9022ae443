import type { Observer } from './bets/context.ts';

interface Metric {
  /** A counter adds up over time; a gauge is what it was last. */
  kind: 'counter' | 'gauge';
  /** In CloudWatch's words. */
  unit: 'Count' | 'Seconds' | 'None';
  help: string;
}

/** Everything that is measured of the domain, by its name in CloudWatch. */
export const METRICS = {
  BetsPlaced: { kind: 'counter', unit: 'Count', help: 'Bets that were placed.' },
  BetsReplayed: {
    kind: 'counter',
    unit: 'Count',
    help: 'Requests that were answered with the bet placed before with their key.',
  },
  BetsRefused: {
    kind: 'counter',
    unit: 'Count',
    help: 'Bets refused for a result of their event, or a key used for another bet.',
  },
  StakePlacedMinor: {
    kind: 'counter',
    unit: 'None',
    help: 'Stakes of the bets that were placed, in minor units.',
  },
  PlaceConflicts: {
    kind: 'counter',
    unit: 'Count',
    help: 'Tries at placing a bet that met another writer.',
  },
  SettlementsBegun: {
    kind: 'counter',
    unit: 'Count',
    help: 'Results that were put in force, corrections too.',
  },
  SettlementsFinished: {
    kind: 'counter',
    unit: 'Count',
    help: 'Results that every bet of their event is stored with.',
  },
  BetsSettled: { kind: 'counter', unit: 'Count', help: 'Statuses of bets that were stored.' },
  UnfinishedSettlements: {
    kind: 'gauge',
    unit: 'Count',
    help: 'Events with a settlement going on that the resumer saw, at most 100.',
  },
  OldestUnfinishedSettlementAge: {
    kind: 'gauge',
    unit: 'Seconds',
    help: 'How long the oldest of them has been waiting; 0 when there is none.',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

/** Where measurements go. */
export interface Meter {
  /** Adds to a counter. */
  add(name: MetricName, value: number): void;
  /** Sets a gauge. */
  set(name: MetricName, value: number): void;
  flush(): void;
}

/** What the domain tells, in numbers. */
export function measure(meter: Meter): Observer {
  return {
    betPlaced: (amountMinor) => {
      meter.add('BetsPlaced', 1);
      // Exact: an amount is at most 10^11 minor units.
      meter.add('StakePlacedMinor', Number(amountMinor));
    },
    betReplayed: () => meter.add('BetsReplayed', 1),
    betRefused: () => meter.add('BetsRefused', 1),
    placeConflicted: () => meter.add('PlaceConflicts', 1),
    settlementBegun: () => meter.add('SettlementsBegun', 1),
    settlementFinished: () => meter.add('SettlementsFinished', 1),
    betsSettled: (count) => meter.add('BetsSettled', count),
    unfinishedFound: (count, oldestAgeMs) => {
      meter.set('UnfinishedSettlements', count);
      meter.set('OldestUnfinishedSettlementAge', oldestAgeMs / 1_000);
    },
    flush: () => meter.flush(),
  };
}
