import { BatchGetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  broken,
  canceled,
  conditionFailed,
  expectNothing,
  mockDynamodb,
  refused,
  sent,
  signals,
} from '../../tests/support/dynamodb.ts';
import { calm, createFakes, type Fakes, NOON } from '../../tests/support/fakes.ts';
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

/** `e#0` to `e#63`. */
const KEYS = Array.from({ length: 64 }, (_, number) => ({ eventFence: `e#${number}` }));

describe('findFences', () => {
  it('reads all 64 fences at once, strongly consistent; those that exist are found', async () => {
    const item = { eventFence: 'e#63', placed: 2n, stakedMinor: 5n, sweptVersion: 1n };
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-fences': [item] } });

    expect(await store.findFences('e', calm)).toEqual([
      { number: 63, placed: 2, stakedMinor: 5n, sweptVersion: 1 },
    ]);
    expect(sent(dynamodb)).toEqual([
      [
        'BatchGetCommand',
        { RequestItems: { 'test-fences': { Keys: KEYS, ConsistentRead: true } } },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });
});

describe('closeFences', () => {
  const closings = KEYS.map((Key) => ({
    TableName: 'test-fences',
    Key,
    UpdateExpression: 'SET closedAt = if_not_exists(closedAt, :closedAt)',
    ExpressionAttributeValues: { ':closedAt': '2026-11-22T12:00:00.000Z' },
  }));
  const together: [string, object] = [
    'TransactWriteCommand',
    { TransactItems: closings.map((Update) => ({ Update })) },
  ];

  it('closes all fences in one transaction, and keeps the time of an earlier closing', async () => {
    dynamodb.on(TransactWriteCommand).resolves({});

    await store.closeFences('e', NOON, calm);

    expect(sent(dynamodb)).toEqual([together]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('closes them one by one when the transaction meets another writer', async () => {
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict', 'None'));
    dynamodb.on(UpdateCommand).resolves({});

    await store.closeFences('e', NOON, calm);

    expect(sent(dynamodb)).toEqual([
      together,
      ...closings.map((update) => ['UpdateCommand', update]),
    ]);
    expect(signals(dynamodb)).toEqual(Array.from({ length: 65 }, () => calm));
    expect(fakes.pauses).toEqual([]);
  });

  it('tries a fence that is written to again after a pause', async () => {
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));
    dynamodb.on(UpdateCommand).resolves({});
    dynamodb
      .on(UpdateCommand, { Key: { eventFence: 'e#5' } })
      .rejectsOnce(refused('TransactionConflictException'))
      .rejectsOnce(refused('TransactionConflictException'))
      .resolves({});

    await store.closeFences('e', NOON, calm);

    const fifth = dynamodb.commandCalls(UpdateCommand, { Key: { eventFence: 'e#5' } });
    expect(fifth).toHaveLength(3);
    expect(sent(dynamodb)).toHaveLength(67);
    expect(fakes.pauses).toEqual([20, 40]);
  });

  it('is unavailable when a fence stays busy for 20 tries', async () => {
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));
    dynamodb.on(UpdateCommand).resolves({});
    dynamodb
      .on(UpdateCommand, { Key: { eventFence: 'e#5' } })
      .rejects(refused('TransactionConflictException'));

    const closed = store.closeFences('e', NOON, calm);

    await expect(closed).rejects.toMatchObject({
      code: 'unavailable',
      message: 'A fence stayed busy for 20 tries to write to it.',
    });
    expect(dynamodb.commandCalls(UpdateCommand, { Key: { eventFence: 'e#5' } })).toHaveLength(20);
  });

  it('does not return while a single fence could not be closed', async () => {
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));
    dynamodb.on(UpdateCommand).resolves({});
    dynamodb.on(UpdateCommand, { Key: { eventFence: 'e#63' } }).rejects(broken('ECONNRESET'));

    await expect(store.closeFences('e', NOON, calm)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('is unavailable when the store is, without a try at each fence', async () => {
    dynamodb.on(TransactWriteCommand).rejects(refused('ThrottlingException'));

    await expect(store.closeFences('e', NOON, calm)).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(sent(dynamodb)).toHaveLength(1);
  });

  it('passes a refused request on as the bug it is', async () => {
    const bug = refused('ValidationException');
    dynamodb.on(TransactWriteCommand).rejects(bug);

    await expect(store.closeFences('e', NOON, calm)).rejects.toBe(bug);
  });
});

describe('markFenceSwept', () => {
  const behind = { eventId: 'e', fence: 5 };

  it('notes the version, unless a later one is noted', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await store.markFenceSwept(behind, 3, calm);

    expect(sent(dynamodb)).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'test-fences',
          Key: { eventFence: 'e#5' },
          UpdateExpression: 'SET sweptVersion = :version',
          ConditionExpression: 'attribute_not_exists(sweptVersion) OR sweptVersion < :version',
          ExpressionAttributeValues: { ':version': 3 },
        },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('tries again while a bet is being written to the fence', async () => {
    dynamodb.on(UpdateCommand).rejectsOnce(refused('TransactionConflictException')).resolves({});

    await store.markFenceSwept(behind, 3, calm);

    expect(sent(dynamodb)).toHaveLength(2);
  });

  it('is done when another sweeper was there before', async () => {
    dynamodb.on(UpdateCommand).rejects(conditionFailed());

    await expect(store.markFenceSwept(behind, 3, calm)).resolves.toBeUndefined();
  });

  it('is unavailable when the store is', async () => {
    dynamodb.on(UpdateCommand).rejects(refused('ThrottlingException'));

    await expect(store.markFenceSwept(behind, 3, calm)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
