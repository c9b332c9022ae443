import { type Meter, measure, METRICS } from './metrics.ts';

/** A meter's calls, in order. */
function recordingMeter(): { meter: Meter; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const meter: Meter = {
    add: (name, value) => void calls.push(['add', name, value]),
    set: (name, value) => void calls.push(['set', name, value]),
    flush: () => void calls.push(['flush']),
  };
  return { meter, calls };
}

describe('measure', () => {
  it('puts every fact in numbers', () => {
    const { meter, calls } = recordingMeter();
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
      ['add', 'BetsPlaced', 1],
      ['add', 'StakePlacedMinor', 100_000_000_000],
      ['add', 'BetsReplayed', 1],
      ['add', 'BetsRefused', 1],
      ['add', 'PlaceConflicts', 1],
      ['add', 'SettlementsBegun', 1],
      ['add', 'SettlementsFinished', 1],
      ['add', 'BetsSettled', 25],
      ['set', 'UnfinishedSettlements', 3],
      ['set', 'OldestUnfinishedSettlementAge', 1.5],
      ['flush'],
    ]);
  });

  it('measures all that there is to measure, counters by adding and gauges by setting', () => {
    const { meter, calls } = recordingMeter();
    const observer = measure(meter);

    observer.betPlaced(1n);
    observer.betReplayed();
    observer.betRefused();
    observer.placeConflicted();
    observer.settlementBegun();
    observer.settlementFinished();
    observer.betsSettled(1);
    observer.unfinishedFound(1, 1);

    const kinds = Object.entries(METRICS).map(([name, { kind }]) => [name, kind]);
    const measured = calls.map(([how, name]) => [name, how === 'add' ? 'counter' : 'gauge']);
    expect(Object.fromEntries(measured)).toEqual(Object.fromEntries(kinds));
  });
});
