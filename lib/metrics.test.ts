import { type Meter, measure, METRICS } from './metrics.ts';

describe('measure', () => {
  it('puts every fact in numbers: counters add up, gauges are set', () => {
    const calls: [how: string, name?: string, value?: number][] = [];
    const meter: Meter = {
      add: (name, value) => void calls.push(['counter', name, value]),
      set: (name, value) => void calls.push(['gauge', name, value]),
      flush: () => void calls.push(['flush']),
    };
    const observer = measure(meter);

    observer.betPlaced(100_000_000_000n);
    observer.betReplayed();
    observer.betRefused();
    observer.placeConflicted();
    observer.settlementBegun();
    observer.settlementFinished();
    observer.betsSettled(25);
    observer.unfinishedFound(3, 1_500);
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
      ['flush'],
    ]);
    const kinds = Object.entries(METRICS).map(([name, { kind }]) => `${name} ${kind}`);
    const measured = calls.slice(0, -1).map(([how, name]) => `${name} ${how}`);
    expect(measured.sort()).toEqual(kinds.sort());
  });
});
