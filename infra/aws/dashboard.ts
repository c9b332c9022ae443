import {
  apiMetric,
  functionMetrics,
  type Metric,
  ownMetric,
  tableMetrics,
  throttleMetric,
} from './metrics.ts';
import type { Resources } from './names.ts';

type Stat = 'Sum' | 'Maximum' | 'p50' | 'p99';
type Graph = [title: string, ...series: { metrics: Metric[]; stat: Stat }[]];

const as = (stat: Stat, ...metrics: Metric[]) => ({ metrics, stat });

/** What to look at, in the order of looking. */
function graphs(service: string): Graph[] {
  const own = (stat: Stat, ...names: string[]) =>
    as(stat, ...names.map((name) => ownMetric(service, name)));
  const latency = apiMetric('Latency');
  const reads = tableMetrics('ReadThrottleEvents');
  const writes = tableMetrics('WriteThrottleEvents');
  const age = own('Maximum', 'UnfinishedSettlements', 'OldestUnfinishedSettlementAge');
  return [
    ['Bets', own('Sum', 'BetsPlaced', 'BetsReplayed', 'BetsRefused')],
    ['Stake, minor units', own('Sum', 'StakePlacedMinor')],
    ['Conflicts while placing', own('Sum', 'PlaceConflicts')],
    ['Settlements', own('Sum', 'SettlementsBegun', 'SettlementsFinished')],
    ['Statuses stored', own('Sum', 'BetsSettled')],
    ['Unfinished settlements, and the age of the oldest in seconds', age],
    ['Settlements that do not move', own('Maximum', 'StalledSettlements', 'TornSettlements')],
    ['Requests and errors', as('Sum', apiMetric('Count'), apiMetric('4xx'), apiMetric('5xx'))],
    ['Requests turned away (429)', as('Sum', throttleMetric(service))],
    ['Latency, milliseconds', as('p50', latency), as('p99', latency)],
    ['Functions: errors', as('Sum', ...functionMetrics('Errors'))],
    ['Functions: throttles', as('Sum', ...functionMetrics('Throttles'))],
    ['Functions: duration', as('p99', ...functionMetrics('Duration'))],
    ['Functions: at once', as('Maximum', ...functionMetrics('ConcurrentExecutions'))],
    ['Tables: write units', as('Sum', ...tableMetrics('ConsumedWriteCapacityUnits'))],
    ['Tables: reads turned away', as('Sum', ...reads)],
    ['Tables: writes turned away', as('Sum', ...writes)],
  ];
}

/** The grid is 24 wide. */
const WIDTH = 8;
const HEIGHT = 6;
const COLUMNS = 3;

/** One dashboard a stage, with the stage's name, as its metrics have it. */
export function dashboardResources(name: string): Resources {
  const widgets = graphs(name).map(([title, ...series], index) => ({
    type: 'metric',
    x: (index % COLUMNS) * WIDTH,
    y: Math.floor(index / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: {
      title,
      region: '${AWS::Region}',
      view: 'timeSeries',
      period: 60,
      metrics: series.flatMap(({ metrics, stat }) => metrics.map((metric) => inline(metric, stat))),
    },
  }));
  const Properties = {
    DashboardName: name,
    DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
  };
  return { Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties } };
}

/** A dashboard is text, so references are written as `Fn::Sub` reads them. */
function inline({ namespace, name, dimensions }: Metric, stat: Stat): unknown[] {
  const pairs = Object.entries(dimensions).flatMap(([key, value]) => [
    key,
    typeof value === 'string' ? value : `\${${value.Ref}}`,
  ]);
  return [namespace, name, ...pairs, { stat }];
}
