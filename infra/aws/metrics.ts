import { TABLE_NAMES, tables } from '../../lib/dynamodb/tables.ts';
import { FUNCTION_NAMES, type FunctionName } from './access.ts';
import { functionId, tableId } from './names.ts';

/** Where a CloudWatch metric is found. */
export interface Metric {
  namespace: string;
  name: string;
  /** A value may be that of a resource. */
  dimensions: Record<string, string | { Ref: string }>;
}

type ApiMetricName = '5xx' | '4xx' | 'Count' | 'Latency';
type FunctionMetricName =
  'Errors' | 'Invocations' | 'Throttles' | 'Duration' | 'ConcurrentExecutions';
type TableMetricName = 'ReadThrottleEvents' | 'WriteThrottleEvents' | 'ConsumedWriteCapacityUnits';

/** A metric that a stage's functions log; `service` is their POWERTOOLS_SERVICE_NAME. */
export function ownMetric(service: string, name: string): Metric {
  return { namespace: 'BetMaker', name, dimensions: { service } };
}

/** Requests that were answered with 429. A metric of a log with a default has no dimensions. */
export function throttleMetric(stage: string): Metric {
  return { namespace: `BetMaker/${stage}`, name: 'RequestsThrottled', dimensions: {} };
}

export function apiMetric(name: ApiMetricName): Metric {
  const dimensions = { ApiId: { Ref: 'HttpApi' }, Stage: '$default' };
  return { namespace: 'AWS/ApiGateway', name, dimensions };
}

export function functionMetric(name: FunctionMetricName, of: FunctionName): Metric {
  return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: { Ref: functionId(of) } } };
}

/** The same metric of each function. */
export function functionMetrics(name: FunctionMetricName): Metric[] {
  return FUNCTION_NAMES.map((of) => functionMetric(name, of));
}

/** The same metric of each table and of each index, which are throttled apart. */
export function tableMetrics(name: TableMetricName): Metric[] {
  return TABLE_NAMES.flatMap((table) => {
    const TableName = { Ref: tableId(table) };
    const indexes = tables[table].GlobalSecondaryIndexes ?? [];
    const ofIndexes = indexes.map((index) => ({ GlobalSecondaryIndexName: index.IndexName }));
    return [{}, ...ofIndexes].map((index) => {
      return { namespace: 'AWS/DynamoDB', name, dimensions: { TableName, ...index } };
    });
  });
}
