import {
  apiMetric,
  functionMetric,
  functionMetrics,
  type Metric,
  ownMetric,
  tableMetrics,
} from './metrics.ts';
import type { Resources } from './names.ts';

export interface AlarmOptions {
  /** The stage's, as its metrics have it. */
  name: string;
  prefix: string;
  /** Where alarms are sent; an empty text for nowhere. */
  topicArn: string;
  /** How long a settlement may go on, in seconds. */
  unfinishedSeconds: number;
}

/** Minutes. */
const PERIOD_SECONDS = 60;

interface Alarm {
  description: string;
  /** What is compared, out of the named metrics. */
  expression: string;
  metrics: Record<string, { metric: Metric; stat: 'Sum' | 'Maximum' }>;
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  threshold: number;
  /** Bad minutes out of how many. */
  minutes: [bad: number, outOf: number];
  /** Whether minutes without any data are bad. */
  missing: 'breaching' | 'notBreaching';
}

/** What somebody is called for. */
export function alarmResources(options: AlarmOptions): Resources {
  const { prefix, topicArn } = options;
  const actions = topicArn === '' ? [] : [topicArn];
  return Object.fromEntries(
    Object.entries(alarmsOf(options)).map(([name, alarm]) => [
      `${name}Alarm`,
      {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: prefix + name,
          AlarmDescription: alarm.description,
          AlarmActions: actions,
          OKActions: actions,
          Metrics: queries(alarm),
          ComparisonOperator: alarm.comparison,
          Threshold: alarm.threshold,
          DatapointsToAlarm: alarm.minutes[0],
          EvaluationPeriods: alarm.minutes[1],
          TreatMissingData: alarm.missing,
        },
      },
    ]),
  );
}

function alarmsOf({ name, unfinishedSeconds }: AlarmOptions): Record<string, Alarm> {
  return {
    ServerErrors: {
      ...above(1, [3, 5], 'More than 1 % of the requests are answered with a 5xx.'),
      expression: '100 * errors / requests',
      metrics: {
        errors: { metric: apiMetric('5xx'), stat: 'Sum' },
        requests: { metric: apiMetric('Count'), stat: 'Sum' },
      },
    },
    FunctionThrottles: {
      ...above(0, [3, 5], 'Lambda turns invocations away.'),
      ...sumOf(functionMetrics('Throttles')),
    },
    ReadThrottles: {
      ...above(0, [3, 5], 'DynamoDB turns reads away.'),
      ...sumOf(tableMetrics('ReadThrottleEvents')),
    },
    WriteThrottles: {
      ...above(0, [3, 5], 'DynamoDB turns writes away.'),
      ...sumOf(tableMetrics('WriteThrottleEvents')),
    },
    UnfinishedSettlement: {
      ...above(
        unfinishedSeconds,
        [3, 3],
        `Stored statuses have been behind a result for over ${unfinishedSeconds} seconds.`,
      ),
      ...one(ownMetric(name, 'OldestUnfinishedSettlementAge'), 'Maximum'),
    },
    ResumerErrors: {
      ...above(0, [3, 5], 'resumeSettlements fails.'),
      ...one(functionMetric('Errors', 'resumeSettlements'), 'Sum'),
    },
    ResumerSilence: {
      description: 'resumeSettlements is not run: its schedule is off, or all runs are throttled.',
      ...one(functionMetric('Invocations', 'resumeSettlements'), 'Sum'),
      comparison: 'LessThanThreshold',
      threshold: 1,
      minutes: [5, 5],
      missing: 'breaching',
    },
  };
}

function above(
  threshold: number,
  minutes: Alarm['minutes'],
  description: string,
): Omit<Alarm, keyof Compared> {
  const comparison = 'GreaterThanThreshold';
  return { description, comparison, threshold, minutes, missing: 'notBreaching' };
}

type Compared = Pick<Alarm, 'expression' | 'metrics'>;

function one(metric: Metric, stat: 'Sum' | 'Maximum'): Compared {
  return { expression: 'm', metrics: { m: { metric, stat } } };
}

function sumOf(metrics: readonly Metric[]): Compared {
  const named = metrics.map((metric, index) => [`m${index}`, { metric, stat: 'Sum' }] as const);
  return { expression: 'SUM(METRICS())', metrics: Object.fromEntries(named) };
}

function queries({ expression, metrics }: Alarm): object[] {
  const inputs = Object.entries(metrics).map(([Id, { metric, stat }]) => ({
    Id,
    ReturnData: false,
    MetricStat: {
      Metric: {
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: PERIOD_SECONDS,
      Stat: stat,
    },
  }));
  return [{ Id: 'compared', Expression: expression, ReturnData: true }, ...inputs];
}
