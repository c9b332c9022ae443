import { TABLE_NAMES, tables } from '../../lib/dynamodb/tables.ts';
import { type Resources, tableId } from './names.ts';

/** The tables as they are deployed; `keepData` for a stage whose bets must outlive mistakes. */
export function tableResources(prefix: string, keepData: boolean): Resources {
  const policy = keepData ? 'Retain' : 'Delete';
  return Object.fromEntries(
    TABLE_NAMES.map((name) => [
      tableId(name),
      {
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: policy,
        UpdateReplacePolicy: policy,
        Properties: {
          TableName: prefix + name,
          ...tables[name],
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          DeletionProtectionEnabled: keepData,
        },
      },
    ]),
  );
}
