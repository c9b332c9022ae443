import { tables } from './tables.ts';

const text = (...names: string[]): object[] =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
const keys = (hash: string, range?: string): object[] => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
];
const Projection = { ProjectionType: 'KEYS_ONLY' };
const index = (IndexName: string, KeySchema: object[]) => ({ IndexName, KeySchema, Projection });
const BillingMode = 'PAY_PER_REQUEST';

describe('tables', () => {
  it('defines each attribute that is part of a key, and no other', () => {
    expect(tables).toEqual({
      bets: {
        AttributeDefinitions: text('shard', 'betId', 'eventFence'),
        KeySchema: keys('shard', 'betId'),
        GlobalSecondaryIndexes: [index('byEvent', keys('eventFence', 'betId'))],
        BillingMode,
      },
      fences: {
        AttributeDefinitions: text('eventFence'),
        KeySchema: keys('eventFence'),
        BillingMode,
      },
      events: {
        AttributeDefinitions: text('eventId', 'unfinished', 'listKey', 'stateShard'),
        KeySchema: keys('eventId'),
        GlobalSecondaryIndexes: [
          index('unfinished', keys('unfinished', 'listKey')),
          index('byState', keys('stateShard', 'listKey')),
        ],
        BillingMode,
      },
      eventList: {
        AttributeDefinitions: text('shard', 'listKey'),
        KeySchema: keys('shard', 'listKey'),
        BillingMode,
      },
      idempotencyKeys: { AttributeDefinitions: text('key'), KeySchema: keys('key'), BillingMode },
    });
  });
});
