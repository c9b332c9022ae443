import * as of from './metrics.ts';
import type { Resources } from './names.ts';
import type { Parameters } from './parameters.ts';

/** When an alarm goes off: in so many bad minutes out of how many. */
interface Bounds {
  ComparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold';
  Threshold: number;
  DatapointsToAlarm: number;
  EvaluationPeriods: number;
  /** Whether minutes without any data are bad. */
  TreatMissingData: 'breaching' | 'notBreaching';
}

/** What is compared: an expression of metrics, each over a minute. */
interface Compared {
  expression: string;
  metrics: Record<string, of.Metric>;
  stat?: 'Sum' | 'Maximum' | 'p99';
}

const PERIOD_SECONDS = 60;

/** HTTP APIs count 429s with all other 4xx, so that they are counted in the access log. */
export function throttleMetricResources(stage: string): Resources {
  const { namespace: MetricNamespace, name: MetricName } = of.throttleMetric(stage);
  const Properties = {
    LogGroupName: { Ref: 'HttpApiLogGroup' },
    FilterPattern: '{ $.status = "429" }',
    MetricTransformations: [{ MetricNamespace, MetricName, MetricValue: '1', DefaultValue: 0 }],
  };
  return { RequestThrottlesFilter: { Type: 'AWS::Logs::MetricFilter', Properties } };
}

/** What somebody is called for. */
export function alarmResources(stage: string, prefix: string, chosen: Parameters): Resources {
  const { alarmTopicArn } = chosen;
  const actions = alarmTopicArn === 'none' ? [] : [alarmTopicArn];
  const alarms = alarmsOf(stage, chosen).map(([name, AlarmDescription, bounds, compared]) => {
    const Properties = {
      AlarmName: prefix + name,
      AlarmDescription,
      AlarmActions: actions,
      OKActions: actions,
      Metrics: queries(compared),
      ...bounds,
    };
    return [`${name}Alarm`, { Type: 'AWS::CloudWatch::Alarm', Properties }] as const;
  });
  return Object.fromEntries(alarms);
}

type Alarm = [name: string, description: string, bounds: Bounds, compared: Compared];

function alarmsOf(name: string, chosen: Parameters): Alarm[] {
  const { unfinishedAlarmSeconds: unfinishedSeconds, latencyAlarmMs } = chosen;
  const shareOf5xx = {
    expression: '100 * errors / requests',
    metrics: { errors: of.apiMetric('5xx'), requests: of.apiMetric('Count') },
  };
  const shareOf429 = {
    expression: '100 * FILL(turnedAway, 0) / requests',
    metrics: { turnedAway: of.throttleMetric(name), requests: of.apiMetric('Count') },
  };
  const slow = `One request in a hundred takes over ${latencyAlarmMs} ms.`;
  const latency = of.apiMetric('Latency');
  const age = of.ownMetric(name, 'OldestUnfinishedSettlementAge');
  const torn = of.ownMetric(name, 'TornSettlements');
  const stalled = of.ownMetric(name, 'StalledSettlements');
  const behind = `Stored statuses have been behind a result for over ${unfinishedSeconds} seconds.`;
  const silence = 'resumeSettlements is not run: its schedule is off, or all runs are throttled.';
  const errors = of.functionMetric('Errors', 'resumeSettlements');
  const runs = of.functionMetric('Invocations', 'resumeSettlements');
  const functions = of.functionMetrics('Throttles');
  const reads = of.tableMetrics('ReadThrottleEvents');
  const writes = of.tableMetrics('WriteThrottleEvents');
  return [
    ['ServerErrors', 'More than 1 % of the requests are answered with a 5xx.', over(1), shareOf5xx],
    ['RequestThrottles', 'More than 1 % of the requests get a 429.', over(1), shareOf429],
    ['Latency', slow, over(latencyAlarmMs), { ...one(latency), stat: 'p99' }],
    ['FunctionThrottles', 'Lambda turns invocations away.', over(0), sumOf(functions)],
    ['ReadThrottles', 'DynamoDB turns reads away.', over(0), sumOf(reads)],
    ['WriteThrottles', 'DynamoDB turns writes away.', over(0), sumOf(writes)],
    ['UnfinishedSettlement', behind, over(unfinishedSeconds, 3), { ...one(age), stat: 'Maximum' }],
    ['TornSettlement', TORN, AT_ONCE, { ...one(torn), stat: 'Maximum' }],
    ['StalledSettlements', STALLED, over(0), { ...one(stalled), stat: 'Maximum' }],
    ['ResumerErrors', 'resumeSettlements fails.', over(0), one(errors)],
    ['ResumerSilence', silence, NEVER_IN_FIVE_MINUTES, one(runs)],
  ];
}

const TORN = 'An event cannot end: its counts or its item are wrong. The log names it.';
const STALLED = 'Settlements go on, and run after run stores nothing of them.';

const AT_ONCE: Bounds = { ...over(0, 1), DatapointsToAlarm: 1 };

const NEVER_IN_FIVE_MINUTES: Bounds = {
  ComparisonOperator: 'LessThanThreshold',
  Threshold: 1,
  DatapointsToAlarm: 5,
  EvaluationPeriods: 5,
  TreatMissingData: 'breaching',
};

/** In three bad minutes out of five, or of another number. */
function over(Threshold: number, EvaluationPeriods = 5): Bounds {
  const ComparisonOperator = 'GreaterThanThreshold';
  const TreatMissingData = 'notBreaching';
  return {
    ComparisonOperator,
    Threshold,
    DatapointsToAlarm: 3,
    EvaluationPeriods,
    TreatMissingData,
  };
}

const one = (m: of.Metric): Compared => ({ expression: 'm', metrics: { m } });

function sumOf(metrics: readonly of.Metric[]): Compared {
  const named = metrics.map((metric, index) => [`m${index}`, metric] as const);
  return { expression: 'SUM(METRICS())', metrics: Object.fromEntries(named) };
}

function queries({ expression, metrics, stat: Stat = 'Sum' }: Compared): object[] {
  const inputs = Object.entries(metrics).map(([Id, { namespace, name, dimensions }]) => {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const Metric = { Namespace: namespace, MetricName: name, Dimensions };
    return { Id, ReturnData: false, MetricStat: { Metric, Period: PERIOD_SECONDS, Stat } };
  });
  return [{ Id: 'compared', Expression: expression, ReturnData: true }, ...inputs];
}
