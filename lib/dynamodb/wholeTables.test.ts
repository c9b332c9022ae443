import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DeleteCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed, mockedSession, refused, sent } from '../../tests/support/dynamodb.ts';
import { WholeTables } from './wholeTables.ts';

const { dynamodb, session, pauses } = mockedSession();
const deadline = () => session.wait.signal;
const whole = new WholeTables(session.client, session.tables, { ...session.wait, deadline });
const TableName = session.tables.bets;
const throttled = refused('ThrottlingException');

describe('scan', () => {
  it('reads each of eight segments to its end, strongly consistent', async () => {
    const next = { shard: 'a', betId: 'last' };
    dynamodb.on(ScanCommand).resolves({ Items: [] });
    dynamodb.on(ScanCommand, { Segment: 3, ExclusiveStartKey: undefined }).resolves({
      Items: [{ betId: 'first' }],
      LastEvaluatedKey: next,
    });
    dynamodb.on(ScanCommand, { Segment: 3, ExclusiveStartKey: next }).resolves({
      Items: [{ betId: 'second' }],
    });
    const read: unknown[] = [];

    await whole.scan('bets', (items) => void read.push(...items));

    const of = { TableName, TotalSegments: 8, ConsistentRead: true };
    const firsts = [0, 1, 2, 3, 4, 5, 6, 7].map((Segment) => ['ScanCommand', { ...of, Segment }]);
    const second = ['ScanCommand', { ...of, Segment: 3, ExclusiveStartKey: next }];
    expect(read).toEqual([{ betId: 'first' }, { betId: 'second' }]);
    expect(sent(dynamodb)).toEqual([...firsts, second]);
  });

  it('asks for a throttled page again, after a pause', async () => {
    dynamodb.on(ScanCommand).resolves({ Items: [] });
    dynamodb
      .on(ScanCommand, { Segment: 0 })
      .rejectsOnce(throttled)
      .rejectsOnce(throttled)
      .resolves({});

    await whole.scan('bets', () => {});

    expect(sent(dynamodb)).toHaveLength(10);
    expect(pauses).toEqual([100, 200]);
  });

  it('gives a page up after twenty tries', async () => {
    dynamodb.on(ScanCommand).resolves({ Items: [] });
    dynamodb.on(ScanCommand, { Segment: 0 }).rejects(throttled);

    const reading = whole.scan('bets', () => {});

    await expect(reading).rejects.toThrow('The store gave no answer in 20 tries.');
    expect(Math.max(...pauses)).toBe(20_000);
  });

  it.each([
    ['a bug', refused('AccessDeniedException'), { name: 'AccessDeniedException' }],
    ['a missing index', new Error('There: specified index does not exist'), { code: 'not-ready' }],
  ])('asks only once for what stays refused: %s', async (_case, error, told) => {
    dynamodb.on(ScanCommand).resolves({ Items: [] });
    dynamodb.on(ScanCommand, { Segment: 0 }).rejects(error);

    const reading = whole.scan('bets', () => {});

    await expect(reading).rejects.toMatchObject(told);
    expect(pauses).toEqual([]);
  });
});

describe('scanIndex', () => {
  it('reads each of eight segments of the index, which cannot be read consistently', async () => {
    dynamodb.on(ScanCommand).resolves({ Items: [{ betId: 'a' }] });
    const read: unknown[] = [];

    await whole.scanIndex('bets', 'byEvent', (items) => void read.push(...items));

    const of = { TableName, IndexName: 'byEvent', TotalSegments: 8 };
    const all = [0, 1, 2, 3, 4, 5, 6, 7].map((Segment) => ['ScanCommand', { ...of, Segment }]);
    expect(read).toHaveLength(8);
    expect(sent(dynamodb)).toEqual(all);
  });
});

describe('catchesUp', () => {
  it.each([
    ['at once', 1, true, []],
    ['at the last look', 4, true, [2_000, 4_000, 8_000]],
    ['never', 5, false, [2_000, 4_000, 8_000]],
  ])('looks until it holds: %s', async (_when, needed, caught, paused) => {
    let looks = 0;

    const result = await whole.catchesUp(async () => (looks += 1) >= needed);

    expect([result, pauses]).toEqual([caught, paused]);
  });
});

describe('get', () => {
  it('reads a hundred keys at once, and asks again for those that were left', async () => {
    const keys = Array.from({ length: 101 }, (_, index) => ({ key: `${index}` }));
    const [left = {}, last = {}] = [keys[7], keys[100]];
    const asks = (Keys: object[]) => ({
      RequestItems: { [TableName]: { Keys, ConsistentRead: true } },
    });
    const found = (...items: object[]) => ({ Responses: { [TableName]: [...items] } });
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ UnprocessedKeys: { [TableName]: { Keys: [left] } } })
      .resolvesOnce({ ...found(left), UnprocessedKeys: {} })
      .resolvesOnce(found(last));

    const items = await whole.get('bets', keys);

    expect(items).toEqual([left, last]);
    expect(sent(dynamodb)).toEqual([
      ['BatchGetCommand', asks(keys.slice(0, 100))],
      ['BatchGetCommand', asks([left])],
      ['BatchGetCommand', asks([last])],
    ]);
  });
});

describe('mend', () => {
  it('sets and removes attributes of an item that is what it was read as', async () => {
    dynamodb.on(UpdateCommand).resolves({});
    const was = { key: 'a', count: 3n, old: { id: 'x' } };

    const mended = await whole.mend({
      table: 'bets',
      key: { key: 'a' },
      was,
      to: { count: 4n, old: undefined, more: 'new' },
    });

    const update = {
      TableName,
      Key: { key: 'a' },
      UpdateExpression: 'SET #n0 = :to0, #n2 = :to2 REMOVE #n1',
      ConditionExpression: '#n0 = :was0 AND attribute_exists(#n1) AND attribute_not_exists(#n2)',
      ExpressionAttributeNames: { '#n0': 'count', '#n1': 'old', '#n2': 'more' },
      ExpressionAttributeValues: { ':was0': 3n, ':to0': 4n, ':to2': 'new' },
    };
    expect(mended).toBe(true);
    expect(sent(dynamodb)).toEqual([['UpdateCommand', update]]);
  });

  it('is tried again when it is throttled, and is not made when the item is another', async () => {
    dynamodb.on(UpdateCommand).rejectsOnce(throttled).rejects(conditionFailed());

    const mended = await whole.mend({ table: 'bets', key: { key: 'a' }, was: {}, to: { a: 1n } });

    expect([mended, pauses]).toEqual([false, [100]]);
  });

  it('names no value when it compares and sets none', async () => {
    dynamodb.on(UpdateCommand).resolves({});
    const [was, key] = [{ one: { id: 'x' }, other: ['y'] }, { key: 'a' }];

    await whole.mend({ table: 'bets', key, was, to: { one: undefined, other: undefined } });

    const update = {
      TableName,
      Key: key,
      UpdateExpression: 'REMOVE #n0, #n1',
      ConditionExpression: 'attribute_exists(#n0) AND attribute_exists(#n1)',
      ExpressionAttributeNames: { '#n0': 'one', '#n1': 'other' },
    };
    expect(sent(dynamodb)).toEqual([['UpdateCommand', update]]);
  });

  it('makes an item that was not there, unless it is there now', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await whole.mend({ table: 'bets', key: { key: 'a' }, was: undefined, to: { count: 4n } });

    const update = {
      TableName,
      Key: { key: 'a' },
      UpdateExpression: 'SET #n0 = :to0 ',
      ConditionExpression: 'attribute_not_exists(#n0) AND attribute_not_exists(#n1)',
      ExpressionAttributeNames: { '#n0': 'count', '#n1': 'key' },
      ExpressionAttributeValues: { ':to0': 4n },
    };
    expect(sent(dynamodb)).toEqual([['UpdateCommand', update]]);
  });

  it('deletes an item that is what it was read as', async () => {
    dynamodb.on(DeleteCommand).resolves({});

    await whole.mend({ table: 'bets', key: { key: 'a' }, was: { key: 'a' }, to: 'nothing' });

    const deletion = {
      TableName,
      Key: { key: 'a' },
      ConditionExpression: '#n0 = :was0',
      ExpressionAttributeNames: { '#n0': 'key' },
      ExpressionAttributeValues: { ':was0': 'a' },
    };
    expect(sent(dynamodb)).toEqual([['DeleteCommand', deletion]]);
  });
});

describe('missingIndexes', () => {
  it('names each index that a table lacks', async () => {
    dynamodb.on(DescribeTableCommand).resolves({ Table: {} });
    dynamodb.on(DescribeTableCommand, { TableName: session.tables.events }).resolves({
      Table: { GlobalSecondaryIndexes: [{ IndexName: 'byState' }] },
    });

    const missing = await whole.missingIndexes();

    expect(missing).toEqual([
      { table: 'bets', index: 'byEvent' },
      { table: 'events', index: 'unfinished' },
    ]);
  });

  it('says which table cannot be read, and why', async () => {
    dynamodb.on(DescribeTableCommand).rejects(refused('ResourceNotFoundException'));

    const asking = whole.missingIndexes();

    await expect(asking).rejects.toMatchObject({
      message: expect.stringMatching(/^The table \S+ cannot be read: secret detail of Resource/),
      cause: expect.objectContaining({ name: 'ResourceNotFoundException' }),
    });
  });
});
