import { TABLE_NAMES, type TableDefinition, tables } from '../../lib/dynamodb/tables.ts';
import { type Resources, tableId } from './names.ts';
import type { Parameters } from './parameters.ts';

/** The keys that DynamoDB turns away are counted, to tell one hot event from a table too small. */
const ContributorInsightsSpecification = { Enabled: true, Mode: 'THROTTLED_KEYS' };

/** Tables are kept in a stage of production, whatever happens to the stack. */
export function tableResources(prefix: string, chosen: Parameters): Resources {
  const { production: keepData, betStream } = chosen;
  const policy = keepData ? 'Retain' : 'Delete';
  const resources = TABLE_NAMES.map((name) => {
    const Properties = {
      TableName: prefix + name,
      ...withInsights(tables[name]),
      ContributorInsightsSpecification,
      // For those who follow the bets: see docs/payouts.md.
      ...(name === 'bets' && betStream && { StreamSpecification: { StreamViewType: STREAM } }),
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: keepData,
    };
    const policies = { DeletionPolicy: policy, UpdateReplacePolicy: policy };
    return [tableId(name), { Type: 'AWS::DynamoDB::Table', ...policies, Properties }] as const;
  });
  return Object.fromEntries(resources);
}

/** A bet as it was and as it is. */
const STREAM = 'NEW_AND_OLD_IMAGES';

/** An index is throttled apart from its table. */
function withInsights({ GlobalSecondaryIndexes = [], ...table }: TableDefinition): object {
  if (GlobalSecondaryIndexes.length === 0) return table;
  const indexes = GlobalSecondaryIndexes.map((index) =>
    Object.assign({ ContributorInsightsSpecification }, index),
  );
  return { ...table, GlobalSecondaryIndexes: indexes };
}
