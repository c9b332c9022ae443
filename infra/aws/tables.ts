import { TABLE_NAMES, tables } from '../../lib/dynamodb/tables.ts';
import { type Resources, tableId } from './names.ts';

/** The tables as they are deployed; `keepData` for a stage whose bets must outlive mistakes. */
export function tableResources(prefix: string, keepData: boolean): Resources {
  const policy = keepData ? 'Retain' : 'Delete';
  const resources = TABLE_NAMES.map((name) => {
    const Properties = {
      TableName: prefix + name,
      ...tables[name],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: keepData,
    };
    const policies = { DeletionPolicy: policy, UpdateReplacePolicy: policy };
    return [tableId(name), { Type: 'AWS::DynamoDB::Table', ...policies, Properties }] as const;
  });
  return Object.fromEntries(resources);
}
