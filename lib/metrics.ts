import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Observer } from './bets/context.ts';
import type { Logger } from './logger.ts';

/** In CloudWatch's words. */
type Unit = 'Count' | 'Seconds' | 'None';

/** Adds up over time. */
const counter = (help: string, unit: Unit = 'Count') => ({ kind: 'counter' as const, unit, help });
/** Is what it was last. */
const gauge = (help: string, unit: Unit = 'Count') => ({ kind: 'gauge' as const, unit, help });

/** Everything that is measured of the domain, by its name in CloudWatch. */
export const METRICS = {
  BetsPlaced: counter('Bets that were placed.'),
  BetsReplayed: counter('Requests that were answered with the bet placed before with their key.'),
  BetsRefused: counter('Bets refused for a result of their event, or a key used for another bet.'),
  StakePlacedMinor: counter('Stakes of the bets that were placed, in minor units.', 'None'),
  PlaceConflicts: counter('Tries at placing a bet that met another writer.'),
  SettlementsBegun: counter('Results that were put in force, corrections too.'),
  SettlementsFinished: counter('Results that every bet of their event is stored with.'),
  BetsSettled: counter('Bets on which a result was newly stored.'),
  UnfinishedSettlements: gauge(
    'Events that the resumer saw with a settlement going on, but none set aside; at most 1,000.',
  ),
  OldestUnfinishedSettlementAge: gauge(
    'How long the oldest of them has been waiting; 0 when there is none.',
    'Seconds',
  ),
  StalledSettlements: gauge(
    'Settlements that go on, when a run of the resumer moved none of them.',
  ),
  TornSettlements: gauge(
    'Events that cannot end: their counts do not match their bets, or nobody can read them.',
  ),
};

type MetricName = keyof typeof METRICS;

/** Where measurements go. */
export interface Meter {
  /** Adds to a counter. */
  add(name: MetricName, value: number): void;
  /** Sets a gauge. */
  set(name: MetricName, value: number): void;
  flush(): void;
}

/** What the domain tells: in numbers, and in the log what somebody may have to look at. */
export function measure(meter: Meter, logger: Logger): Observer {
  return {
    betPlaced: (amountMinor) => {
      meter.add('BetsPlaced', 1);
      // Exact: an amount is at most 10^11 minor units.
      meter.add('StakePlacedMinor', Number(amountMinor));
    },
    betReplayed: () => meter.add('BetsReplayed', 1),
    betRefused: () => meter.add('BetsRefused', 1),
    placeConflicted: () => meter.add('PlaceConflicts', 1),
    settlementBegun: (eventId, { outcome, version, decidedBy }) => {
      meter.add('SettlementsBegun', 1);
      logger.info('A result was put in force', { eventId, outcome, version, decidedBy });
    },
    settlementFinished: () => meter.add('SettlementsFinished', 1),
    betsSettled: (count) => meter.add('BetsSettled', count),
    unfinishedFound: (count, oldestAgeMs) => {
      meter.set('UnfinishedSettlements', count);
      meter.set('OldestUnfinishedSettlementAge', oldestAgeMs / 1_000);
    },
    sweepUnfinished: ({ cause, ...report }) => {
      logger.warn('A settlement is not finished; another run goes on', { ...report, error: cause });
    },
    settlementTorn: (report) => {
      logger.error('A settlement cannot end: its counts do not match its bets', { ...report });
    },
    eventUnreadable: (eventId, cause) => {
      const where = { table: 'events', eventId };
      logger.error('A settlement cannot end: its event cannot be read', { ...where, error: cause });
    },
    runEnded: (torn, stalled) => {
      meter.set('TornSettlements', torn);
      meter.set('StalledSettlements', stalled);
    },
    flush: () => meter.flush(),
  };
}

/**
 * A meter that prints what was measured since the last flush as one line, out of which CloudWatch
 * makes metrics: no call of AWS, and no line when nothing was measured. The dimension `service` is
 * the stage's name, which Powertools reads from POWERTOOLS_SERVICE_NAME.
 *
 * @see CloudWatch's user guide, "Specification: Embedded metric format"
 */
export function embeddedMetrics(): Meter {
  const metrics = new Metrics({ namespace: 'BetMaker' });
  const measured = new Map<MetricName, number>();
  return {
    // Summed here: Powertools prints every value, and a sweep adds thousands of them.
    add: (name, value) => void measured.set(name, (measured.get(name) ?? 0) + value),
    set: (name, value) => void measured.set(name, value),
    flush: () => {
      if (measured.size === 0) return;
      for (const [name, value] of measured) metrics.addMetric(name, METRICS[name].unit, value);
      measured.clear();
      metrics.publishStoredMetrics();
    },
  };
}
