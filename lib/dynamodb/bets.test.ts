import {
  BatchExecuteStatementCommand,
  BatchGetCommand,
  QueryCommand,
  TransactGetCommand,
} from '@aws-sdk/lib-dynamodb';
import { canceled, mockedSession, sent } from '../../tests/support/dynamodb.ts';
import { noon } from '../../tests/support/handlers.ts';
import { betIdOf, NOON, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import { BetTable } from './bets.ts';
import { GroupCommit } from './groupCommit.ts';

const { dynamodb, session, pauses } = mockedSession();
const groups = new GroupCommit(session, { clock: noon, random: () => 0.5 });
const bets = new BetTable(session, groups);

const ID = betIdOf(0x2f);
const bet = placedBet(0x2f);
const record = { key: 'key-1', betId: ID, requestHash: 'hash-1' };
/** As a table holds it, some time after it was placed. */
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

describe('find', () => {
  it('reads each bet from its shard, strongly consistent, as it was placed', async () => {
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-bets': [betItem] } });

    const found = await bets.find([ID, betIdOf(1)]);

    const Keys = [
      { shard: 'f', betId: ID },
      { shard: '1', betId: betIdOf(1) },
    ];
    expect(found).toEqual([bet]);
    expect(sent(dynamodb)).toEqual([
      ['BatchGetCommand', { RequestItems: { 'test-bets': { Keys, ConsistentRead: true } } }],
    ]);
  });
});

describe('findPlaced', () => {
  const getBet = { Get: { TableName: 'test-bets', Key: { shard: 'f', betId: ID } } };
  const getKey = { Get: { TableName: 'test-idempotencyKeys', Key: { key: 'key-1' } } };

  it('reads bet and key at one instant, when no write is under way any more', async () => {
    dynamodb
      .on(TransactGetCommand)
      .rejectsOnce(canceled('TransactionConflict'))
      .resolves({ Responses: [{ Item: betItem }, { Item: record }] });

    const found = await bets.findPlaced(ID, 'key-1');

    const reading = ['TransactGetCommand', { TransactItems: [getBet, getKey] }];
    expect(found).toEqual({ bet, record });
    expect(sent(dynamodb)).toEqual([reading, reading]);
    expect(pauses).toEqual([20]);
  });

  it.each([
    ['a bet', ID, undefined, getBet, { Item: betItem }, { bet }],
    ['a key', undefined, 'key-1', getKey, { Item: record }, { record }],
    ['no bet where there is none', ID, undefined, getBet, {}, {}],
    ['no key where there is none', undefined, 'key-1', getKey, {}, {}],
  ])('finds %s by itself', async (_case, id, key, get, response, expected) => {
    dynamodb.on(TransactGetCommand).resolves({ Responses: [response] });

    const found = await bets.findPlaced(id, key);

    expect(found).toEqual(expected);
    expect(sent(dynamodb)).toEqual([['TransactGetCommand', { TransactItems: [get] }]]);
  });

  it('is unavailable when the write stays under way for ten tries', async () => {
    dynamodb.on(TransactGetCommand).rejects(canceled('TransactionConflict'));

    await expect(bets.findPlaced(ID, undefined)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The bet stayed under way for 10 tries to read it.',
    });
    expect(sent(dynamodb)).toHaveLength(10);
  });
});

describe('newest', () => {
  it('reads one shard backwards, strongly consistent, older than the bet given', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [betItem] });

    const page = await bets.newest('f', {}, 10);
    await bets.newest('f', { before: betIdOf(0x3f) }, 10);
    await bets.newest('f', { from: betIdOf(0x10) }, 10);
    await bets.newest('f', { from: betIdOf(0x10), before: betIdOf(0x3f) }, 10);

    const all = {
      TableName: 'test-bets',
      KeyConditionExpression: '#shard = :shard',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':shard': 'f' },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: 10,
    };
    const older = {
      ...all,
      KeyConditionExpression: '#shard = :shard AND betId < :before',
      ExpressionAttributeValues: { ':shard': 'f', ':before': betIdOf(0x3f) },
    };
    const newer = {
      ...all,
      KeyConditionExpression: '#shard = :shard AND betId >= :from',
      ExpressionAttributeValues: { ':shard': 'f', ':from': betIdOf(0x10) },
    };
    const between = {
      ...all,
      KeyConditionExpression: '#shard = :shard AND betId BETWEEN :from AND :last',
      ExpressionAttributeValues: {
        ':shard': 'f',
        ':from': betIdOf(0x10),
        ':last': betIdOf(0x3e),
      },
    };
    expect(page).toEqual({ items: [bet], end: true });
    expect(sent(dynamodb)).toEqual([
      ['QueryCommand', all],
      ['QueryCommand', older],
      ['QueryCommand', newer],
      ['QueryCommand', between],
    ]);
  });

  it('is nothing, and asks nothing, in a range that ends where it begins', async () => {
    const empty = { from: betIdOf(2), before: betIdOf(2) };

    const page = await bets.newest('f', empty, 10);
    const ids = await bets.newestIds({ eventId: 'e', fence: 0 }, empty, 10);

    const nothing = { items: [], end: true };
    expect([page, ids]).toEqual([nothing, nothing]);
    expect(sent(dynamodb)).toEqual([]);
  });
});

describe('the ids behind a fence', () => {
  const behind = { eventId: 'sr:match:42', fence: 7 };
  const index = { TableName: 'test-bets', IndexName: 'byEvent' };
  const inIndex = { ...index, ProjectionExpression: 'betId', Limit: 10 };
  const all = {
    ...inIndex,
    KeyConditionExpression: 'eventFence = :fence',
    ExpressionAttributeValues: { ':fence': 'sr:match:42#7' },
  };
  const beyond = (condition: string, name: string): object => ({
    ...inIndex,
    KeyConditionExpression: `eventFence = :fence AND betId ${condition}`,
    ExpressionAttributeValues: { ':fence': 'sr:match:42#7', [name]: betIdOf(9) },
  });
  const older = { ...beyond('< :before', ':before'), ScanIndexForward: false };
  const backwards = { ScanIndexForward: false };
  const isOlder = { before: betIdOf(9) };

  it.each([
    ['newest first', () => bets.newestIds(behind, {}, 10), { ...all, ...backwards }],
    ['newest first, older than a bet', () => bets.newestIds(behind, isOlder, 10), older],
    ['oldest first', () => bets.oldestIds(behind, undefined, 10), all],
    [
      'oldest first, newer than a bet',
      () => bets.oldestIds(behind, betIdOf(9), 10),
      beyond('> :after', ':after'),
    ],
  ])('are read from the index, %s', async (_case, read, input) => {
    const keys = { shard: 'f', betId: ID, eventFence: 'sr:match:42#7' };
    dynamodb.on(QueryCommand).resolves({ Items: [keys] });

    const page = await read();

    expect(page).toEqual({ items: [ID], end: true });
    expect(sent(dynamodb)).toEqual([['QueryCommand', input]]);
  });
});

describe('storeResult', () => {
  const storing = () => dynamodb.on(BatchExecuteStatementCommand);
  const [FIRST, SECOND, THIRD] = [betIdOf(1), betIdOf(2), betIdOf(3)];
  const ids = [FIRST, SECOND, THIRD];
  const win = { outcome: 'WIN' as const, version: 2, decidedAt: NOON };
  const fails = (Code: string): object => ({ Error: { Code, Message: 'secret' } });
  const updates = (given: string[], status = 'won', version = 2): [string, object] => [
    'BatchExecuteStatementCommand',
    {
      Statements: given.map((id) => ({
        Statement:
          'UPDATE "test-bets" SET "status"=? SET "outcomeVersion"=? SET "settledAt"=? ' +
          'WHERE "shard"=? AND "betId"=? AND "outcomeVersion"<?',
        Parameters: [status, version, NOON_TEXT, id.slice(-1), id, version],
      })),
    },
  ];

  it.each([
    ['won', win],
    ['lost', { ...win, outcome: 'LOSE' as const, version: 5 }],
  ])('updates each bet that has an older result, in one call: %s', async (status, result) => {
    storing().resolves({ Responses: [{}, {}, {}] });

    const stored = await bets.storeResult(ids, result);

    expect(stored).toEqual({ stored: ids, met: [] });
    expect(sent(dynamodb)).toEqual([updates(ids, status, result.version)]);
  });

  it('tells apart a bet that had this result or a newer one', async () => {
    storing().resolves({ Responses: [{}, fails('ConditionalCheckFailed'), {}] });

    const stored = await bets.storeResult(ids, win);

    expect(stored).toEqual({ stored: [FIRST, THIRD], met: [SECOND] });
    expect(sent(dynamodb)).toHaveLength(1);
  });

  it.each([
    'InternalServerError',
    'ProvisionedThroughputExceeded',
    'RequestLimitExceeded',
    'ThrottlingError',
    'TransactionConflict',
  ])('tries again only the statements that met %s, after a pause', async (code) => {
    storing()
      .resolvesOnce({ Responses: [fails(code), {}, fails(code)] })
      .resolvesOnce({ Responses: [{}, fails(code)] })
      .resolvesOnce({ Responses: [{}] });

    const stored = await bets.storeResult(ids, win);

    expect(stored).toEqual({ stored: [SECOND, FIRST, THIRD], met: [] });
    expect(sent(dynamodb)).toEqual([updates(ids), updates([FIRST, THIRD]), updates([THIRD])]);
    expect(pauses).toEqual([20, 40]);
  });

  it('leaves out, after five tries, bets that failed or that no answer tells of', async () => {
    storing()
      .resolvesOnce({ Responses: [{}, fails('ThrottlingError')] })
      .resolves({ Responses: [fails('ThrottlingError')] });

    const stored = await bets.storeResult(ids, win);

    expect(stored).toEqual({ stored: [FIRST], met: [] });
    expect(sent(dynamodb)).toHaveLength(5);
    expect(pauses).toEqual([20, 40, 80, 160]);
  });

  it('calls any other failure of a statement a bug', async () => {
    storing().resolves({ Responses: [{}, fails('ValidationError'), {}] });

    await expect(bets.storeResult(ids, win)).rejects.toEqual(
      new Error(`Storing the result of bet ${SECOND} failed: ValidationError secret`),
    );
  });
});
