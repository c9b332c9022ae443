interface Key {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

const hash = (AttributeName: string): Key => ({ AttributeName, KeyType: 'HASH' });
const range = (AttributeName: string): Key => ({ AttributeName, KeyType: 'RANGE' });
const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });

function index(IndexName: string, ...KeySchema: Key[]) {
  return { IndexName, KeySchema, Projection: { ProjectionType: 'KEYS_ONLY' as const } };
}

function table(KeySchema: Key[], ...indexes: ReturnType<typeof index>[]) {
  const keys = [...KeySchema, ...indexes.flatMap((each) => each.KeySchema)];
  const names = [...new Set(keys.map((key) => key.AttributeName))];
  return {
    AttributeDefinitions: names.map(text),
    KeySchema,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    BillingMode: 'PAY_PER_REQUEST' as const,
  };
}

export type TableDefinition = ReturnType<typeof table>;

export const TABLE_NAMES = ['bets', 'fences', 'events', 'eventList', 'idempotencyKeys'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/**
 * The one definition of the tables, in DynamoDB's own words, so that CloudFormation, the local
 * bootstrap and the tests all use it as it is. Names are completed with the stage's prefix.
 */
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
    index('unfinished', hash('unfinished'), range('listKey')),
    index('byState', hash('stateShard'), range('listKey')),
  ),
  /** All events in the order of the list. A table, as an index would lag. */
  eventList: table([hash('shard'), range('listKey')]),
  idempotencyKeys: table([hash('key')]),
};

/**
 * The layout of the tables that this version reads and writes, and where a store says which one it
 * has: no event is in that shard. docs/upgrade.md says when the number changes.
 */
export const LAYOUT = 2;
export const LAYOUT_KEY = { shard: 'layout', listKey: 'layout' };

/** The tables' names in a stage. */
export function tableNames(prefix: string): Record<TableName, string> {
  return {
    bets: `${prefix}bets`,
    fences: `${prefix}fences`,
    events: `${prefix}events`,
    eventList: `${prefix}eventList`,
    idempotencyKeys: `${prefix}idempotencyKeys`,
  };
}
