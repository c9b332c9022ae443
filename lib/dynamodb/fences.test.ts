import { BatchGetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  broken,
  canceled,
  conditionFailed,
  mockedSession,
  refused,
  sent,
} from '../../tests/support/dynamodb.ts';
import { NOON, NOON_TEXT } from '../../tests/support/samples.ts';
import { FenceTable } from './fences.ts';

const { dynamodb, session, pauses } = mockedSession();
const fences = new FenceTable(session);

/** `e#0` to `e#63`. */
const KEYS = Array.from({ length: 64 }, (_, number) => ({ eventFence: `e#${number}` }));
const FIFTH = { Key: { eventFence: 'e#5' } };

describe('find', () => {
  it('reads all 64 fences at once, strongly consistent; those that exist are found', async () => {
    const filled = { eventFence: 'e#63', placed: 2n, stakedMinor: 5n, sweptVersion: 1n };
    const closed = { eventFence: 'e#7', closedAt: NOON_TEXT };
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-fences': [filled, closed] } });

    const found = await fences.find('e');

    const RequestItems = { 'test-fences': { Keys: KEYS, ConsistentRead: true } };
    expect(found).toEqual([
      { number: 63, placed: 2, stakedMinor: 5n, sweptVersion: 1 },
      { number: 7, placed: 0, stakedMinor: 0n, sweptVersion: 0 },
    ]);
    expect(sent(dynamodb)).toEqual([['BatchGetCommand', { RequestItems }]]);
  });
});

describe('close', () => {
  const closings = KEYS.map((Key) => ({
    TableName: 'test-fences',
    Key,
    UpdateExpression: 'SET closedAt = if_not_exists(closedAt, :closedAt)',
    ExpressionAttributeValues: { ':closedAt': NOON_TEXT },
  }));
  const TransactItems = closings.map((Update) => ({ Update }));

  it('closes all fences in one transaction, and keeps the time of an earlier closing', async () => {
    dynamodb.on(TransactWriteCommand).resolves({});

    await fences.close('e', NOON);

    expect(sent(dynamodb)).toEqual([['TransactWriteCommand', { TransactItems }]]);
  });

  it('closes them one by one when the transaction meets another writer', async () => {
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict', 'None'));
    dynamodb.on(UpdateCommand).resolves({});

    await fences.close('e', NOON);

    expect(sent(dynamodb)).toEqual([
      ['TransactWriteCommand', { TransactItems }],
      ...closings.map((update) => ['UpdateCommand', update]),
    ]);
    expect(pauses).toEqual([]);
  });

  it('tries only the fence that is written to again, after a pause', async () => {
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));
    dynamodb.on(UpdateCommand).resolves({});
    dynamodb
      .on(UpdateCommand, FIFTH)
      .rejectsOnce(refused('TransactionConflictException'))
      .rejectsOnce(refused('TransactionConflictException'))
      .resolves({});

    await fences.close('e', NOON);

    expect(dynamodb.commandCalls(UpdateCommand, FIFTH)).toHaveLength(3);
    expect(dynamodb.commandCalls(UpdateCommand)).toHaveLength(66);
    expect(pauses).toEqual([20, 40]);
  });

  it('is unavailable when a fence stays busy for 20 tries', async () => {
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));
    dynamodb.on(UpdateCommand).resolves({});
    dynamodb.on(UpdateCommand, FIFTH).rejects(refused('TransactionConflictException'));

    await expect(fences.close('e', NOON)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'A fence stayed busy for 20 tries to write to it.',
    });
    expect(dynamodb.commandCalls(UpdateCommand, FIFTH)).toHaveLength(20);
    const longest = Array.from({ length: 14 }, () => 500);
    expect(pauses).toEqual([20, 40, 80, 160, 320, ...longest]);
  });

  it('does not return while a single fence could not be closed', async () => {
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));
    dynamodb.on(UpdateCommand).resolves({});
    dynamodb.on(UpdateCommand, FIFTH).rejects(broken('ECONNRESET'));

    await expect(fences.close('e', NOON)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('markSwept', () => {
  const behind = { eventId: 'e', fence: 5 };

  it('notes the version, unless a later one is noted', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await fences.markSwept(behind, 3);

    const update = {
      TableName: 'test-fences',
      Key: { eventFence: 'e#5' },
      UpdateExpression: 'SET sweptVersion = :version',
      ConditionExpression: 'attribute_not_exists(sweptVersion) OR sweptVersion < :version',
      ExpressionAttributeValues: { ':version': 3 },
    };
    expect(sent(dynamodb)).toEqual([['UpdateCommand', update]]);
  });

  it('tries again while a bet is being written to the fence', async () => {
    dynamodb.on(UpdateCommand).rejectsOnce(refused('TransactionConflictException')).resolves({});

    await fences.markSwept(behind, 3);

    expect(sent(dynamodb)).toHaveLength(2);
  });

  it('is done when another sweeper was there before', async () => {
    dynamodb.on(UpdateCommand).rejects(conditionFailed());

    await expect(fences.markSwept(behind, 3)).resolves.toBeUndefined();
  });
});
