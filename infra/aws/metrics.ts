import { type TableDefinition, type TableName, tables } from '../../lib/dynamodb/tables.ts';
import { access, type FunctionName } from './access.ts';
import { functionId, tableId } from './names.ts';

/** Where a CloudWatch metric is found. */
export interface Metric {
  namespace: string;
  name: string;
  /** Values may be CloudFormation's functions. */
  dimensions: Record<string, unknown>;
}

/** A metric that a stage's functions write to their logs; `service` is their POWERTOOLS_SERVICE_NAME. */
export function ownMetric(service: string, name: string): Metric {
  return { namespace: 'BetMaker', name, dimensions: { service } };
}

export function apiMetric(name: '5xx' | '4xx' | 'Count' | 'Latency'): Metric {
  const dimensions = { ApiId: { Ref: 'HttpApi' }, Stage: '$default' };
  return { namespace: 'AWS/ApiGateway', name, dimensions };
}

export function functionMetric(
  name: 'Errors' | 'Invocations' | 'Throttles' | 'Duration' | 'ConcurrentExecutions',
  of: FunctionName,
): Metric {
  const dimensions = { FunctionName: { Ref: functionId(of) } };
  return { namespace: 'AWS/Lambda', name, dimensions };
}

/** The same metric of each function. */
export function functionMetrics(name: Parameters<typeof functionMetric>[0]): Metric[] {
  // The keys of a Record are its key type.
  return (Object.keys(access) as FunctionName[]).map((of) => functionMetric(name, of));
}

/** The same metric of each table and of each index, which are throttled apart. */
export function tableMetrics(
  name: 'ReadThrottleEvents' | 'WriteThrottleEvents' | 'ConsumedWriteCapacityUnits',
): Metric[] {
  const definitions = Object.entries(tables) as [TableName, TableDefinition][];
  return definitions.flatMap(([table, { GlobalSecondaryIndexes = [] }]) => {
    const TableName = { Ref: tableId(table) };
    const indexes = GlobalSecondaryIndexes.map(({ IndexName }) => ({
      TableName,
      GlobalSecondaryIndexName: IndexName,
    }));
    return [{ TableName }, ...indexes].map((dimensions) => ({
      namespace: 'AWS/DynamoDB',
      name,
      dimensions,
    }));
  });
}
