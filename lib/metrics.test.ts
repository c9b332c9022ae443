import { keptLog } from '../tests/support/keptLog.ts';
import { type Meter, measure, METRICS } from './metrics.ts';

const decision = { id: 'decision', outcome: 'WIN', decidedAt: 0 } as const;
const unusedMeter: Meter = { add() {}, set() {}, flush() {} };

describe('measure', () => {
  it('puts every fact in numbers: counters add up, gauges are set', () => {
    const calls: [how: string, name?: string, value?: number][] = [];
    const meter: Meter = {
      add: (name, value) => void calls.push(['counter', name, value]),
      set: (name, value) => void calls.push(['gauge', name, value]),
      flush: () => void calls.push(['flush']),
    };
    const { logger, lines } = keptLog();
    const observer = measure(meter, logger);

    observer.betPlaced(100_000_000_000n);
    observer.betReplayed();
    observer.betRefused();
    observer.placeConflicted();
    observer.settlementBegun('e', { ...decision, version: 1 });
    observer.settlementFinished();
    observer.betsSettled(25);
    observer.unfinishedFound(3, 1_500);
    observer.runEnded(2, 3);
    observer.flush();

    expect(calls).toEqual([
      ['counter', 'BetsPlaced', 1],
      ['counter', 'StakePlacedMinor', 100_000_000_000],
      ['counter', 'BetsReplayed', 1],
      ['counter', 'BetsRefused', 1],
      ['counter', 'PlaceConflicts', 1],
      ['counter', 'SettlementsBegun', 1],
      ['counter', 'SettlementsFinished', 1],
      ['counter', 'BetsSettled', 25],
      ['gauge', 'UnfinishedSettlements', 3],
      ['gauge', 'OldestUnfinishedSettlementAge', 1.5],
      ['gauge', 'TornSettlements', 2],
      ['gauge', 'StalledSettlements', 3],
      ['flush'],
    ]);
    const kinds = Object.entries(METRICS).map(([name, { kind }]) => `${name} ${kind}`);
    const measured = calls.slice(0, -1).map(([how, name]) => `${name} ${how}`);
    expect(measured.sort()).toEqual(kinds.sort());
    expect(lines).toHaveLength(1);
  });

  it.each([
    ['who decided it', { decidedBy: 'anna' }],
    ['nobody where nobody is known', {}],
  ])('logs each result that is put in force, with %s', (_case, who) => {
    const { logger, lines } = keptLog();

    const verdict = { ...decision, ...who, version: 2 };
    measure(unusedMeter, logger).settlementBegun('e', verdict);

    const message = 'A result was put in force';
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'INFO',
        timestamp: expect.any(String),
        service: 'bet-maker',
        message,
        eventId: 'e',
        outcome: 'WIN',
        version: 2,
        ...who,
      },
    ]);
  });

  it('logs every sweep that did not end, with its event, its progress and why', () => {
    const { logger, lines } = keptLog();
    const observer = measure(unusedMeter, logger);
    const progress = { eventId: 'e', version: 2, bets: 30, settled: 25, stored: 5 };

    observer.sweepUnfinished({ ...progress, end: 'out-of-time' });
    observer.sweepUnfinished({ ...progress, end: 'store-failed', cause: new Error('busy') });
    observer.settlementTorn({ ...progress, end: 'counts-differ' });
    observer.eventUnreadable('e', new Error('no fences'));

    const unfinished = 'A settlement is not finished; another run goes on';
    const torn = 'A settlement cannot end: its counts do not match its bets';
    const unread = 'A settlement cannot end: its event cannot be read';
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'WARN', message: unfinished, ...progress, end: 'out-of-time' },
      { level: 'WARN', message: unfinished, end: 'store-failed', error: { message: 'busy' } },
      { level: 'ERROR', message: torn, ...progress, end: 'counts-differ' },
      {
        level: 'ERROR',
        message: unread,
        table: 'events',
        eventId: 'e',
        error: { message: 'no fences' },
      },
    ]);
  });
});
