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
  const alarms = { ...requestAlarms(), ...settlementAlarms(options) };
  const actions = topicArn === '' ? [] : [topicArn];
  return Object.fromEntries(
    Object.entries(alarms).map(([name, alarm]) => [
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

function requestAlarms(): Record<string, Alarm> {
  return {
    ServerErrors: {
      description: 'More than 1 % of the requests are answered with a 5xx.',
      expression: '100 * errors / requests',
      metrics: {
        errors: { metric: apiMetric('5xx'), stat: 'Sum' },
        requests: { metric: apiMetric('Count'), stat: 'Sum' },
      },
      comparison: 'GreaterThanThreshold',
      threshold: 1,
      minutes: [3, 5],
      missing: 'notBreaching',
    },
    FunctionThrottles: throttles('Lambda turns invocations away.', functionMetrics('Throttles')),
    ReadThrottles: throttles('DynamoDB turns reads away.', tableMetrics('ReadThrottleEvents')),
    WriteThrottles: throttles('DynamoDB turns writes away.', tableMetrics('WriteThrottleEvents')),
  };
}

function throttles(description: string, metrics: readonly Metric[]): Alarm {
  const named = metrics.map((metric, index) => [`m${index}`, { metric, stat: 'Sum' }] as const);
  return {
    description,
    expression: 'SUM(METRICS())',
    metrics: Object.fromEntries(named),
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    minutes: [3, 5],
    missing: 'notBreaching',
  };
}

const one = (metric: Metric, stat: 'Sum' | 'Maximum'): Pick<Alarm, 'expression' | 'metrics'> => ({
  expression: 'm',
  metrics: { m: { metric, stat } },
});

function settlementAlarms({ name, unfinishedSeconds }: AlarmOptions): Record<string, Alarm> {
  return {
    UnfinishedSettlement: {
      description: `Stored statuses have been behind a result for over ${unfinishedSeconds} seconds.`,
      ...one(ownMetric(name, 'OldestUnfinishedSettlementAge'), 'Maximum'),
      comparison: 'GreaterThanThreshold',
      threshold: unfinishedSeconds,
      minutes: [3, 3],
      missing: 'notBreaching',
    },
    ResumerErrors: {
      description: 'resumeSettlements fails.',
      ...one(functionMetric('Errors', 'resumeSettlements'), 'Sum'),
      comparison: 'GreaterThanThreshold',
      threshold: 0,
      minutes: [3, 5],
      missing: 'notBreaching',
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
