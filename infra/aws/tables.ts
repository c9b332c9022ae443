import { type TableDefinition, type TableName, tables } from '../../lib/dynamodb/tables.ts';
import { type Resources, tableId } from './names.ts';

/** The tables as they are deployed; `keepData` for a stage whose bets must outlive mistakes. */
export function tableResources(prefix: string, keepData: boolean): Resources {
  const definitions = Object.entries(tables) as [TableName, TableDefinition][];
  const policy = keepData ? 'Retain' : 'Delete';
  return Object.fromEntries(
    definitions.map(([name, definition]) => [
      tableId(name),
      {
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: policy,
        UpdateReplacePolicy: policy,
        Properties: {
          TableName: prefix + name,
          ...definition,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          DeletionProtectionEnabled: keepData,
        },
      },
    ]),
  );
}
