import { embeddedMetrics, METRICS } from './metrics.ts';

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  jest.replaceProperty(process, 'env', { POWERTOOLS_SERVICE_NAME: 'bet-maker-stage' });
  jest.spyOn(Date, 'now').mockReturnValue(1_795_348_800_000);
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(text.toString());
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const printed = (): unknown[] => lines.map((line) => JSON.parse(line));

describe('embeddedMetrics', () => {
  it("prints one line in CloudWatch's format, with each metric's sum", () => {
    const meter = embeddedMetrics();

    meter.add('BetsSettled', 25);
    meter.add('BetsSettled', 17);
    meter.set('OldestUnfinishedSettlementAge', 9);
    meter.set('OldestUnfinishedSettlementAge', 1.5);
    meter.add('StakePlacedMinor', 1050);
    meter.flush();

    expect(printed()).toEqual([
      {
        _aws: {
          Timestamp: 1_795_348_800_000,
          CloudWatchMetrics: [
            {
              Namespace: 'BetMaker',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'BetsSettled', Unit: 'Count' },
                { Name: 'OldestUnfinishedSettlementAge', Unit: 'Seconds' },
                { Name: 'StakePlacedMinor', Unit: 'None' },
              ],
            },
          ],
        },
        service: 'bet-maker-stage',
        BetsSettled: 42,
        OldestUnfinishedSettlementAge: 1.5,
        StakePlacedMinor: 1050,
      },
    ]);
  });

  it('prints nothing when nothing was measured since the last flush', () => {
    const meter = embeddedMetrics();

    meter.flush();
    meter.add('BetsPlaced', 1);
    meter.flush();
    meter.flush();

    expect(printed()).toEqual([expect.objectContaining({ BetsPlaced: 1 })]);
  });

  it('says that there is none of something, which is not the same as saying nothing', () => {
    const meter = embeddedMetrics();

    meter.set('UnfinishedSettlements', 0);
    meter.flush();

    expect(printed()).toEqual([expect.objectContaining({ UnfinishedSettlements: 0 })]);
  });

  it('fits all metrics on one line', () => {
    const meter = embeddedMetrics();

    for (const name of Object.keys(METRICS)) meter.add(name as keyof typeof METRICS, 1);
    meter.flush();

    expect(lines).toHaveLength(1);
  });
});
