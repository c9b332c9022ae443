import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  GetCommand,
  QueryCommand,
  TransactGetCommand,
} from '@aws-sdk/lib-dynamodb';
import { bareWrites } from '../../tests/support/attributes.ts';
import {
  broken,
  canceled,
  expectNothing,
  givenUp,
  mockDynamodb,
  refused,
  sent,
  signals,
} from '../../tests/support/dynamodb.ts';
import { betIdOf, calm, createFakes, type Fakes, placedBet } from '../../tests/support/fakes.ts';
import type { BetStore } from '../bets/store.ts';
import { createClient } from './client.ts';
import { createDynamodbStore } from './store.ts';

const dynamodb = mockDynamodb();
const client = createClient(undefined);
let fakes: Fakes;
let store: BetStore;

beforeEach(() => {
  expectNothing(dynamodb);
  fakes = createFakes({ random: 1 });
  const { clock, random } = fakes.deps;
  store = createDynamodbStore({ client, tablePrefix: 'test-', clock, random });
});

const ID = betIdOf(0x2f);
const bet = placedBet(0x2f, { fence: 7 });
const record = { key: 'key-1', betId: ID, requestHash: 'hash-1' };
const NOON_TEXT = '2026-11-22T12:00:00.000Z';
/** As a table holds it. */
const betItem = {
  shard: 'f',
  betId: ID,
  eventId: 'sr:match:42',
  fence: 7n,
  eventFence: 'sr:match:42#7',
  amountMinor: 1050n,
  placedAt: NOON_TEXT,
  status: 'won',
  outcomeVersion: 3n,
  settledAt: NOON_TEXT,
};

describe('insertBet', () => {
  const countBet = {
    Update: {
      TableName: 'test-fences',
      Key: { eventFence: 'sr:match:42#7' },
      UpdateExpression: 'ADD placed :one, stakedMinor :stake',
      ConditionExpression: 'attribute_not_exists(closedAt)',
      ExpressionAttributeValues: { ':one': 1, ':stake': 1050n },
    },
  };
  const putBet = {
    Put: {
      TableName: 'test-bets',
      Item: {
        shard: 'f',
        betId: ID,
        eventId: 'sr:match:42',
        fence: 7,
        eventFence: 'sr:match:42#7',
        amountMinor: 1050n,
        placedAt: NOON_TEXT,
        status: 'pending',
        outcomeVersion: 0,
      },
      ConditionExpression: 'attribute_not_exists(betId)',
    },
  };
  const putKey = {
    Put: {
      TableName: 'test-idempotencyKeys',
      Item: record,
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': 'key' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };

  it('counts the bet behind its open fence and stores it, in one transaction', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});

    expect(await store.insertBet(bet, undefined, calm)).toEqual({ kind: 'inserted' });
    expect(sent(dynamodb)).toEqual([
      ['TransactWriteItemsCommand', { TransactItems: bareWrites([countBet, putBet]) }],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('stores the key in the same transaction', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});

    expect(await store.insertBet(bet, record, calm)).toEqual({ kind: 'inserted' });
    expect(sent(dynamodb)).toEqual([
      ['TransactWriteItemsCommand', { TransactItems: bareWrites([countBet, putBet, putKey]) }],
    ]);
  });

  const FAILED = 'ConditionalCheckFailed';
  const takenKey = {
    Code: FAILED,
    Item: { key: { S: 'key-1' }, betId: { S: betIdOf(3) }, requestHash: { S: 'other' } },
  };
  const taken = { key: 'key-1', betId: betIdOf(3), requestHash: 'other' };

  it.each([
    ['a closed fence', [FAILED, 'None', 'None'], { kind: 'fence-closed' }],
    ['a bet that is there', ['None', FAILED, 'None'], { kind: 'bet-exists' }],
    ['a bet that is there, before a closed fence', [FAILED, FAILED], { kind: 'bet-exists' }],
    ['a bet that is there, before its own key', ['None', FAILED, takenKey], { kind: 'bet-exists' }],
    ['a taken key', ['None', 'None', takenKey], { kind: 'key-taken', record: taken }],
    [
      'a taken key, before a closed fence',
      [FAILED, 'None', takenKey],
      { kind: 'key-taken', record: taken },
    ],
    [
      'a closed fence, before contention',
      [FAILED, 'TransactionConflict'],
      { kind: 'fence-closed' },
    ],
    ['another writer to the fence', ['TransactionConflict', 'None'], { kind: 'contended' }],
    ['another writer to the bet', ['None', 'TransactionConflict'], { kind: 'contended' }],
    ['another writer to the key', ['None', 'None', 'TransactionConflict'], { kind: 'contended' }],
    ['a throttled fence', ['ThrottlingError', 'None'], { kind: 'contended' }],
    ['a fence without throughput', ['ProvisionedThroughputExceeded'], { kind: 'contended' }],
  ])('meets %s', async (_case, reasons, result) => {
    dynamodb.on(TransactWriteItemsCommand).rejects(canceled(...reasons));

    expect(await store.insertBet(bet, record, calm)).toEqual(result);
  });

  it('meets its own transaction that is still on its way', async () => {
    dynamodb.on(TransactWriteItemsCommand).rejects(refused('TransactionInProgressException'));

    expect(await store.insertBet(bet, undefined, calm)).toEqual({ kind: 'contended' });
  });

  it.each([
    ['no reason that is known', canceled('ValidationError', 'None')],
    ['no reason at all', canceled()],
  ])('calls a cancellation with %s a bug', async (_case, error) => {
    dynamodb.on(TransactWriteItemsCommand).rejects(error);

    await expect(store.insertBet(bet, undefined, calm)).rejects.toBe(error);
  });

  it.each([
    refused('ThrottlingException'),
    refused('InternalServerError', 500),
    broken('ECONNRESET'),
    givenUp('TimeoutError'),
    givenUp('AbortError'),
  ])('is unavailable on $message', async (error) => {
    dynamodb.on(TransactWriteItemsCommand).rejects(error);

    await expect(store.insertBet(bet, undefined, calm)).rejects.toMatchObject({
      code: 'unavailable',
      cause: error,
    });
  });

  it('passes a refused request on as the bug it is', async () => {
    const error = refused('ValidationException');
    dynamodb.on(TransactWriteItemsCommand).rejects(error);

    await expect(store.insertBet(bet, undefined, calm)).rejects.toBe(error);
  });
});

describe('findPlaced', () => {
  const getBet = { Get: { TableName: 'test-bets', Key: { shard: 'f', betId: ID } } };
  const getKey = { Get: { TableName: 'test-idempotencyKeys', Key: { key: 'key-1' } } };

  it('reads bet and key at one instant', async () => {
    dynamodb.on(TransactGetCommand).resolves({ Responses: [{ Item: betItem }, { Item: record }] });

    expect(await store.findPlaced(ID, 'key-1', calm)).toEqual({ bet, record });
    expect(sent(dynamodb)).toEqual([['TransactGetCommand', { TransactItems: [getBet, getKey] }]]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('reads one of them, and finds nothing where nothing is', async () => {
    dynamodb.on(TransactGetCommand).resolves({ Responses: [{}] });

    expect(await store.findPlaced(ID, undefined, calm)).toEqual({});
    expect(await store.findPlaced(undefined, 'key-1', calm)).toEqual({});
    expect(sent(dynamodb)).toEqual([
      ['TransactGetCommand', { TransactItems: [getBet] }],
      ['TransactGetCommand', { TransactItems: [getKey] }],
    ]);
  });

  it('waits for a write that is under way', async () => {
    dynamodb
      .on(TransactGetCommand)
      .rejectsOnce(canceled('TransactionConflict'))
      .resolves({ Responses: [{ Item: record }] });

    expect(await store.findPlaced(undefined, 'key-1', calm)).toEqual({ record });
  });

  it('is unavailable when the write stays under way for ten tries', async () => {
    dynamodb.on(TransactGetCommand).rejects(canceled('TransactionConflict'));

    await expect(store.findPlaced(ID, undefined, calm)).rejects.toHaveProperty(
      'code',
      'unavailable',
    );
    expect(sent(dynamodb)).toHaveLength(10);
  });
});

describe('findBet', () => {
  it('reads the bet from its shard, strongly consistent, as it was placed', async () => {
    dynamodb.on(GetCommand).resolves({ Item: betItem });

    expect(await store.findBet(ID, calm)).toEqual(bet);
    expect(sent(dynamodb)).toEqual([
      [
        'GetCommand',
        { TableName: 'test-bets', Key: { shard: 'f', betId: ID }, ConsistentRead: true },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('is undefined for an id that no bet has', async () => {
    dynamodb.on(GetCommand).resolves({});

    expect(await store.findBet(ID, calm)).toBeUndefined();
  });

  it('is unavailable when the store is', async () => {
    dynamodb.on(GetCommand).rejects(broken('ECONNRESET'));

    await expect(store.findBet(ID, calm)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('findBets', () => {
  it('reads each bet from its shard', async () => {
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-bets': [betItem] } });

    expect(await store.findBets([ID, betIdOf(1)], calm)).toEqual([bet]);
    expect(sent(dynamodb)).toEqual([
      [
        'BatchGetCommand',
        {
          RequestItems: {
            'test-bets': {
              Keys: [
                { shard: 'f', betId: ID },
                { shard: '1', betId: betIdOf(1) },
              ],
              ConsistentRead: true,
            },
          },
        },
      ],
    ]);
  });
});

describe('newestBets', () => {
  const newest = {
    TableName: 'test-bets',
    KeyConditionExpression: '#shard = :shard',
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': 'f' },
    ConsistentRead: true,
    ScanIndexForward: false,
    Limit: 10,
  };

  it('reads one shard backwards, strongly consistent', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [betItem] });

    expect(await store.newestBets('f', undefined, 10, calm)).toEqual({ items: [bet], end: true });
    expect(sent(dynamodb)).toEqual([['QueryCommand', newest]]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('reads only bets older than the one given', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [], LastEvaluatedKey: { betId: ID } });
    dynamodb.on(QueryCommand, { ExclusiveStartKey: { betId: ID } }).resolves({ Items: [] });

    expect(await store.newestBets('f', betIdOf(0x3f), 10, calm)).toEqual({ items: [], end: true });
    const older = {
      ...newest,
      KeyConditionExpression: '#shard = :shard AND betId < :before',
      ExpressionAttributeValues: { ':shard': 'f', ':before': betIdOf(0x3f) },
    };
    expect(sent(dynamodb)).toEqual([
      ['QueryCommand', older],
      ['QueryCommand', { ...older, ExclusiveStartKey: { betId: ID } }],
    ]);
  });
});

describe('the ids behind a fence', () => {
  const behind = { eventId: 'sr:match:42', fence: 7 };
  const inIndex = {
    TableName: 'test-bets',
    IndexName: 'byEvent',
    ProjectionExpression: 'betId',
    Limit: 10,
  };
  const inFence = {
    ...inIndex,
    KeyConditionExpression: 'eventFence = :fence',
    ExpressionAttributeValues: { ':fence': 'sr:match:42#7' },
  };
  const bounded = (side: string): object => ({
    ...inIndex,
    KeyConditionExpression: `eventFence = :fence AND betId ${side} :bound`,
    ExpressionAttributeValues: { ':fence': 'sr:match:42#7', ':bound': betIdOf(9) },
  });
  const keys = { shard: 'f', betId: ID, eventFence: 'sr:match:42#7' };

  beforeEach(() => {
    dynamodb.on(QueryCommand).resolves({ Items: [keys] });
  });

  it('are read newest first, older than the one given', async () => {
    const page = await store.newestBetIds(behind, undefined, 10, calm);
    await store.newestBetIds(behind, betIdOf(9), 10, calm);

    expect(page).toEqual({ items: [ID], end: true });
    expect(sent(dynamodb)).toEqual([
      ['QueryCommand', { ...inFence, ScanIndexForward: false }],
      ['QueryCommand', { ...bounded('<'), ScanIndexForward: false }],
    ]);
    expect(signals(dynamodb)).toEqual([calm, calm]);
  });

  it('are read oldest first, newer than the one given', async () => {
    const page = await store.oldestBetIds(behind, undefined, 10, calm);
    await store.oldestBetIds(behind, betIdOf(9), 10, calm);

    expect(page).toEqual({ items: [ID], end: true });
    expect(sent(dynamodb)).toEqual([
      ['QueryCommand', inFence],
      ['QueryCommand', bounded('>')],
    ]);
    expect(signals(dynamodb)).toEqual([calm, calm]);
  });

  it('say whether more may follow', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [keys], LastEvaluatedKey: keys });

    expect(await store.newestBetIds(behind, undefined, 1, calm)).toEqual({
      items: [ID],
      end: false,
    });
    expect(await store.oldestBetIds(behind, undefined, 1, calm)).toEqual({
      items: [ID],
      end: false,
    });
  });
});
