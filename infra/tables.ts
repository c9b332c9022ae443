/**
 * The one definition of the tables, in DynamoDB's own words so that CloudFormation, the local
 * bootstrap and the tests all use it as it is. Names are completed with the stage's prefix.
 */
interface Key {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

interface Index {
  IndexName: string;
  KeySchema: Key[];
  Projection: { ProjectionType: 'KEYS_ONLY' };
}

export interface TableDefinition {
  AttributeDefinitions: { AttributeName: string; AttributeType: 'S' }[];
  KeySchema: Key[];
  GlobalSecondaryIndexes?: Index[];
  BillingMode: 'PAY_PER_REQUEST';
}

export type TableName = 'bets' | 'fences' | 'events' | 'idempotencyKeys';

const hash = (AttributeName: string): Key => ({ AttributeName, KeyType: 'HASH' });
const range = (AttributeName: string): Key => ({ AttributeName, KeyType: 'RANGE' });

function table(KeySchema: Key[], indexes: Omit<Index, 'Projection'>[] = []): TableDefinition {
  const keys = [...KeySchema, ...indexes.flatMap((index) => index.KeySchema)];
  const names = new Set(keys.map((key) => key.AttributeName));
  return {
    AttributeDefinitions: [...names].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema,
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        ...index,
        Projection: { ProjectionType: 'KEYS_ONLY' },
      })),
    }),
    BillingMode: 'PAY_PER_REQUEST',
  };
}

export const tables: Record<TableName, TableDefinition> = {
  /** Settling a bet leaves both of its index keys alone, so it does not write to the index. */
  bets: table(
    [hash('shard'), range('betId')],
    [{ IndexName: 'byEvent', KeySchema: [hash('eventFence'), range('betId')] }],
  ),
  fences: table([hash('eventFence')]),
  /** Only events with work left have the attribute `unfinished`, so its index holds just these. */
  events: table(
    [hash('eventId')],
    [
      { IndexName: 'unfinished', KeySchema: [hash('unfinished'), range('unfinishedSince')] },
      { IndexName: 'byState', KeySchema: [hash('state'), range('activity')] },
    ],
  ),
  idempotencyKeys: table([hash('key')]),
};
