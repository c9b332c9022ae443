import { embeddedMetrics, type Meter, METRICS } from './metrics.ts';

const METRIC_NAMES = Object.keys(METRICS) as (keyof typeof METRICS)[];

/** What a process prints that measures so; its lines are what CloudWatch reads. */
function printed(measuring: (meter: Meter) => void): unknown[] {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  measuring(embeddedMetrics());
  return write.mock.calls.map(([line]) => JSON.parse(String(line)));
}

beforeEach(() => void (process.env['POWERTOOLS_SERVICE_NAME'] = 'bet-maker-stage'));
afterEach(() => {
  delete process.env['POWERTOOLS_SERVICE_NAME'];
  jest.restoreAllMocks();
});

describe('embeddedMetrics', () => {
  it("prints one line in CloudWatch's format, with each counter's sum and each gauge", () => {
    const lines = printed((meter) => {
      meter.add('BetsSettled', 25);
      meter.add('BetsSettled', 17);
      meter.set('OldestUnfinishedSettlementAge', 9);
      meter.set('OldestUnfinishedSettlementAge', 1.5);
      meter.add('StakePlacedMinor', 1050);
      meter.flush();
    });

    const metrics = [
      { Name: 'BetsSettled', Unit: 'Count' },
      { Name: 'OldestUnfinishedSettlementAge', Unit: 'Seconds' },
      { Name: 'StakePlacedMinor', Unit: 'None' },
    ];
    const format = { Namespace: 'BetMaker', Dimensions: [['service']], Metrics: metrics };
    expect(lines).toEqual([
      {
        _aws: { Timestamp: expect.any(Number), CloudWatchMetrics: [format] },
        service: 'bet-maker-stage',
        BetsSettled: 42,
        OldestUnfinishedSettlementAge: 1.5,
        StakePlacedMinor: 1050,
      },
    ]);
  });

  it('prints what was measured since the last flush, a zero too, and nothing for nothing', () => {
    const lines = printed((meter) => {
      meter.flush();
      meter.add('BetsPlaced', 1);
      meter.flush();
      meter.flush();
      meter.set('UnfinishedSettlements', 0);
      meter.flush();
    });

    expect(lines).toEqual([
      expect.objectContaining({ BetsPlaced: 1 }),
      expect.objectContaining({ UnfinishedSettlements: 0 }),
    ]);
    expect(lines[1]).not.toHaveProperty('BetsPlaced');
  });

  it('fits all metrics on one line', () => {
    const lines = printed((meter) => {
      for (const name of METRIC_NAMES) meter.add(name, 1);
      meter.flush();
    });

    expect(lines).toHaveLength(1);
  });
});
