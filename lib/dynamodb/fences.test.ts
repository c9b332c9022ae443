import { BatchGetCommand, TransactGetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
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

/** `e#0` to `e#3`. */
const KEYS = [0, 1, 2, 3].map((number) => ({ eventFence: `e#${number}` }));
const THIRD = { Key: { eventFence: 'e#2' } };
const event = { eventId: 'e', fences: 4 };

describe('create', () => {
  it('makes the fences from a number on, and leaves one as it is that is there', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await fences.create(event, 2);

    const creations = KEYS.slice(2).map((Key) => ({
      TableName: 'test-fences',
      Key,
      UpdateExpression: 'SET placed = if_not_exists(placed, :none)',
      ExpressionAttributeValues: { ':none': 0 },
    }));
    expect(sent(dynamodb)).toEqual(creations.map((update) => ['UpdateCommand', update]));
  });
});

describe('findAtRest', () => {
  const getOf = (Key: object) => ({ Get: { TableName: 'test-fences', Key } });

  it('reads all fences of the events at one instant, and finds what exists', async () => {
    const filled = { eventFence: 'e#3', placed: 2n, stakedMinor: 5n };
    const Responses = [{}, {}, {}, { Item: filled }, {}];
    dynamodb.on(TransactGetCommand).resolves({ Responses });

    const found = await fences.findAtRest([event, { eventId: 'f', fences: 1 }]);

    const TransactItems = [...KEYS, { eventFence: 'f#0' }].map(getOf);
    const fence = { number: 3, placed: 2, stakedMinor: 5n, sweptVersion: 0 };
    expect(found).toEqual(new Map([['e', [fence]]]));
    expect(sent(dynamodb)).toEqual([['TransactGetCommand', { TransactItems }]]);
  });

  it('finds nothing while a write to one of many is under way', async () => {
    dynamodb
      .on(TransactGetCommand)
      .resolvesOnce({ Responses: [] })
      .rejectsOnce(canceled('TransactionConflict'));

    const found = await fences.findAtRest([
      { eventId: 'e', fences: 64 },
      { eventId: 'f', fences: 64 },
    ]);

    const sizes = dynamodb.commandCalls(TransactGetCommand).map(({ args: [{ input }] }) => {
      return input.TransactItems?.length;
    });
    expect(found).toBeUndefined();
    expect(sizes).toEqual([100, 28]);
  });
});

describe('find', () => {
  it('reads all fences of the events, strongly consistent, and finds what exists', async () => {
    const filled = { eventFence: 'e#3', placed: 2n, stakedMinor: 5n, sweptVersion: 1n };
    const closed = { eventFence: 'e#1', closedAt: NOON_TEXT };
    const others = { eventFence: 'a#b#0', placed: 1n };
    const found = [filled, others, closed];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-fences': found } });

    const all = await fences.find([
      event,
      { eventId: 'a#b', fences: 1 },
      { ...event, eventId: 'f' },
    ]);

    const Keys = [
      ...KEYS,
      { eventFence: 'a#b#0' },
      ...[0, 1, 2, 3].map((number) => ({ eventFence: `f#${number}` })),
    ];
    const RequestItems = { 'test-fences': { Keys, ConsistentRead: true } };
    const none = { placed: 0, stakedMinor: 0n, sweptVersion: 0 };
    expect([...all]).toEqual([
      [
        'e',
        [
          { number: 3, placed: 2, stakedMinor: 5n, sweptVersion: 1 },
          { ...none, number: 1 },
        ],
      ],
      ['a#b', [{ ...none, number: 0, placed: 1 }]],
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
    ReturnValues: 'ALL_NEW',
  }));
  const closed = { eventFence: 'e#0', closedAt: NOON_TEXT };
  const counts = { placed: 7n, stakedMinor: 70n };

  it('closes each fence, keeps the time of an earlier closing and tells the counts', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: closed });
    dynamodb.on(UpdateCommand, THIRD).resolves({ Attributes: { ...counts, eventFence: 'e#2' } });

    const found = await fences.close(event, NOON);

    const empty = { number: 0, placed: 0, stakedMinor: 0n, sweptVersion: 0 };
    const third = { number: 2, placed: 7, stakedMinor: 70n, sweptVersion: 0 };
    expect(found).toEqual([empty, empty, third, empty]);
    expect(sent(dynamodb)).toEqual(closings.map((update) => ['UpdateCommand', update]));
    expect(pauses).toEqual([]);
  });

  it('tries only the fence that is written to again, after a pause', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: closed });
    dynamodb
      .on(UpdateCommand, THIRD)
      .rejectsOnce(refused('TransactionConflictException'))
      .rejectsOnce(refused('TransactionConflictException'))
      .resolves({ Attributes: closed });

    await fences.close(event, NOON);

    expect(dynamodb.commandCalls(UpdateCommand, THIRD)).toHaveLength(3);
    expect(dynamodb.commandCalls(UpdateCommand)).toHaveLength(6);
    expect(pauses).toEqual([20, 40]);
  });

  it('is unavailable when a fence stays busy for 20 tries', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: closed });
    dynamodb.on(UpdateCommand, THIRD).rejects(refused('TransactionConflictException'));

    await expect(fences.close(event, NOON)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'A fence stayed busy for 20 tries to write to it.',
    });
    expect(dynamodb.commandCalls(UpdateCommand, THIRD)).toHaveLength(20);
    const longest = Array.from({ length: 14 }, () => 500);
    expect(pauses).toEqual([20, 40, 80, 160, 320, ...longest]);
  });

  it('does not return while a single fence could not be closed', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: closed });
    dynamodb.on(UpdateCommand, THIRD).rejects(broken('ECONNRESET'));

    await expect(fences.close(event, NOON)).rejects.toMatchObject({ code: 'unavailable' });
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
