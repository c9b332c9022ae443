/**
 * The one definition of the tables, in DynamoDB's own words, so that CloudFormation, the local
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

export const TABLE_NAMES = ['bets', 'fences', 'events', 'idempotencyKeys'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

const hash = (AttributeName: string): Key => ({ AttributeName, KeyType: 'HASH' });
const range = (AttributeName: string): Key => ({ AttributeName, KeyType: 'RANGE' });
const index = (IndexName: string, ...KeySchema: Key[]): Index => {
  return { IndexName, KeySchema, Projection: { ProjectionType: 'KEYS_ONLY' } };
};

function table(KeySchema: Key[], ...indexes: Index[]): TableDefinition {
  const keys = [...KeySchema, ...indexes.flatMap((each) => each.KeySchema)];
  const names = new Set(keys.map((key) => key.AttributeName));
  return {
    AttributeDefinitions: [...names].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    BillingMode: 'PAY_PER_REQUEST',
  };
}

export const tables: Record<TableName, TableDefinition> = {
  /** Settling a bet leaves both of its index keys alone, so it does not write to the index. */
  bets: table(
    [hash('shard'), range('betId')],
    index('byEvent', hash('eventFence'), range('betId')),
  ),
  fences: table([hash('eventFence')]),
  /** Only events with work left have the attribute `unfinished`, so its index holds just these. */
  events: table(
    [hash('eventId')],
    index('unfinished', hash('unfinished'), range('unfinishedSince')),
    index('byState', hash('state'), range('activity')),
  ),
  idempotencyKeys: table([hash('key')]),
};

/** The tables' names in a stage. */
export function tableNames(prefix: string): Record<TableName, string> {
  return {
    bets: `${prefix}bets`,
    fences: `${prefix}fences`,
    events: `${prefix}events`,
    idempotencyKeys: `${prefix}idempotencyKeys`,
  };
}
