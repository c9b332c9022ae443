import { apiMetric, functionMetrics, type Metric, ownMetric, tableMetrics } from './metrics.ts';
import type { Resources } from './names.ts';

type Stat = 'Sum' | 'Average' | 'Maximum' | 'p50' | 'p99';

interface Graph {
  title: string;
  series: [Metric, Stat][];
}

const all = (metrics: Metric[], stat: Stat): [Metric, Stat][] =>
  metrics.map((metric) => [metric, stat]);

/** What to look at, in the order of looking. */
function graphs(service: string): Graph[] {
  const own = (name: string): Metric => ownMetric(service, name);
  const sums = (...names: string[]): [Metric, Stat][] => all(names.map(own), 'Sum');
  return [
    { title: 'Bets', series: sums('BetsPlaced', 'BetsReplayed', 'BetsRefused') },
    { title: 'Stake, minor units', series: sums('StakePlacedMinor') },
    { title: 'Conflicts while placing', series: sums('PlaceConflicts') },
    { title: 'Settlements', series: sums('SettlementsBegun', 'SettlementsFinished') },
    { title: 'Statuses stored', series: sums('BetsSettled') },
    {
      title: 'Unfinished settlements, and the age of the oldest in seconds',
      series: all([own('UnfinishedSettlements'), own('OldestUnfinishedSettlementAge')], 'Maximum'),
    },
    {
      title: 'Requests and errors',
      series: all([apiMetric('Count'), apiMetric('4xx'), apiMetric('5xx')], 'Sum'),
    },
    {
      title: 'Latency, milliseconds',
      series: [
        [apiMetric('Latency'), 'p50'],
        [apiMetric('Latency'), 'p99'],
      ],
    },
    { title: 'Functions: errors', series: all(functionMetrics('Errors'), 'Sum') },
    { title: 'Functions: throttles', series: all(functionMetrics('Throttles'), 'Sum') },
    { title: 'Functions: duration', series: all(functionMetrics('Duration'), 'p99') },
    {
      title: 'Functions: at once',
      series: all(functionMetrics('ConcurrentExecutions'), 'Maximum'),
    },
    {
      title: 'Tables: write units',
      series: all(tableMetrics('ConsumedWriteCapacityUnits'), 'Sum'),
    },
    { title: 'Tables: reads turned away', series: all(tableMetrics('ReadThrottleEvents'), 'Sum') },
    {
      title: 'Tables: writes turned away',
      series: all(tableMetrics('WriteThrottleEvents'), 'Sum'),
    },
  ];
}

/** The grid is 24 wide. */
const WIDTH = 8;
const HEIGHT = 6;
const COLUMNS = 3;

/** One dashboard a stage, with the stage's name, as its metrics have it. */
export function dashboardResources(name: string): Resources {
  const widgets = graphs(name).map((graph, index) => ({
    type: 'metric',
    x: (index % COLUMNS) * WIDTH,
    y: Math.floor(index / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: {
      title: graph.title,
      region: '${AWS::Region}',
      view: 'timeSeries',
      period: 60,
      metrics: graph.series.map(([metric, stat]) => inline(metric, stat)),
    },
  }));
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: name,
        DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
      },
    },
  };
}

/** A dashboard is text, so references are written as `Fn::Sub` reads them. */
function inline({ namespace, name, dimensions }: Metric, stat: Stat): unknown[] {
  const pairs = Object.entries(dimensions).flatMap(([key, value]) => [
    key,
    typeof value === 'string' ? value : `\${${value.Ref}}`,
  ]);
  return [namespace, name, ...pairs, { stat }];
}
