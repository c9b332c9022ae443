import { GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  broken,
  expectNothing,
  mockDynamodb,
  sent,
  signals,
} from '../../tests/support/dynamodb.ts';
import { calm, createFakes } from '../../tests/support/fakes.ts';
import { createClient } from './client.ts';
import { createDynamodbStore, tableNames } from './store.ts';

const dynamodb = mockDynamodb();
const { clock, random } = createFakes().deps;
const store = createDynamodbStore({
  client: createClient(undefined),
  tablePrefix: 'test-',
  clock,
  random,
});

beforeEach(() => {
  expectNothing(dynamodb);
});

describe('tableNames', () => {
  it('puts the prefix before the name of each table', () => {
    expect(tableNames('p-')).toEqual({
      bets: 'p-bets',
      fences: 'p-fences',
      events: 'p-events',
      idempotencyKeys: 'p-idempotencyKeys',
    });
  });
});

describe('createDynamodbStore', () => {
  it('has every call of the port', () => {
    expect(Object.keys(store).toSorted()).toEqual([
      'closeFences',
      'findBet',
      'findBets',
      'findEvent',
      'findEvents',
      'findFences',
      'findPlaced',
      'findResults',
      'finishSettlement',
      'insertBet',
      'listedEvents',
      'markFenceSwept',
      'newestBetIds',
      'newestBets',
      'noteActivity',
      'noteIntent',
      'oldestBetIds',
      'ping',
      'putInForce',
      'storeResult',
      'unfinishedEvents',
    ]);
  });
});

describe('ping', () => {
  it('reads a key that no event can have', async () => {
    dynamodb.on(GetCommand).resolves({});

    await store.ping(calm);

    expect(sent(dynamodb)).toEqual([
      ['GetCommand', { TableName: 'test-events', Key: { eventId: '#' } }],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('throws when the store does not answer', async () => {
    dynamodb.on(GetCommand).rejects(broken('ECONNREFUSED'));

    await expect(store.ping(calm)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
