import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockedSession, sent } from '../../tests/support/dynamodb.ts';
import { batchGet, type Item, queryPage } from './session.ts';

const { dynamodb, session, pauses } = mockedSession();

describe('batchGet', () => {
  const keys = (count: number): Item[] =>
    Array.from({ length: count }, (_, index) => ({ eventId: `e${index}` }));
  const reading = (Keys: object[], more: object = {}): [string, object] => [
    'BatchGetCommand',
    { RequestItems: { 'test-events': { Keys, ConsistentRead: true, ...more } } },
  ];

  it('sends nothing for no keys', async () => {
    const items = await batchGet(session, 'events', []);

    expect(items).toEqual([]);
    expect(sent(dynamodb)).toEqual([]);
  });

  it('reads 100 keys a call, strongly consistent, and puts the items together', async () => {
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { 'test-events': [{ eventId: 'e0' }] } })
      .resolvesOnce({ Responses: { 'test-events': [{ eventId: 'e150' }] } })
      .resolvesOnce({ Responses: {} });
    const wanted = keys(201);

    const items = await batchGet(session, 'events', wanted);

    expect(items).toEqual([{ eventId: 'e0' }, { eventId: 'e150' }]);
    expect(sent(dynamodb)).toEqual([
      reading(wanted.slice(0, 100)),
      reading(wanted.slice(100, 200)),
      reading(wanted.slice(200)),
    ]);
  });

  it('asks again, after a pause, for the keys that were left undone', async () => {
    const projection = { ProjectionExpression: 'eventId' };
    const left = (from: number) => ({ 'test-events': { Keys: keys(3).slice(from) } });
    const of = (eventId: string) => ({ 'test-events': [{ eventId }] });
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: of('e0'), UnprocessedKeys: left(1) })
      .resolvesOnce({ Responses: of('e1'), UnprocessedKeys: left(2) })
      .resolvesOnce({ Responses: of('e2'), UnprocessedKeys: {} });

    const items = await batchGet(session, 'events', keys(3), projection);

    expect(items).toEqual(keys(3));
    const asked = [0, 1, 2].map((from) => reading(keys(3).slice(from), projection));
    expect(sent(dynamodb)).toEqual(asked);
    expect(pauses).toEqual([20, 40]);
  });

  it('is unavailable after six tries that left keys undone', async () => {
    dynamodb
      .on(BatchGetCommand)
      .resolves({ Responses: {}, UnprocessedKeys: { 'test-events': { Keys: keys(2) } } });

    await expect(batchGet(session, 'events', keys(2))).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The store left 2 reads undone after 6 tries.',
    });
    expect(sent(dynamodb)).toHaveLength(6);
  });
});

describe('queryPage', () => {
  const input = { TableName: 'test-bets', KeyConditionExpression: 'x = :x' };
  const query = (more: object): [string, object] => ['QueryCommand', { ...input, ...more }];
  const page = (limit: number): Promise<object> =>
    queryPage(session, input, limit, ({ id }) => `decoded ${String(id)}`);

  it('goes on behind the last key for what is missing to the limit', async () => {
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ id: 1 }, { id: 2 }], LastEvaluatedKey: { id: 2 } })
      .resolvesOnce({ LastEvaluatedKey: { id: 3 } })
      .resolvesOnce({ Items: [{ id: 4 }] });

    const found = await page(3);

    expect(found).toEqual({ items: ['decoded 1', 'decoded 2', 'decoded 4'], end: true });
    expect(sent(dynamodb)).toEqual([
      query({ Limit: 3 }),
      query({ Limit: 1, ExclusiveStartKey: { id: 2 } }),
      query({ Limit: 1, ExclusiveStartKey: { id: 3 } }),
    ]);
  });

  it('stops at its limit, and is not at the end when a key says that more may follow', async () => {
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ id: 1 }, { id: 2 }], LastEvaluatedKey: { id: 2 } });

    const found = await page(2);

    expect(found).toEqual({ items: ['decoded 1', 'decoded 2'], end: false });
  });

  it('calls a query that does not end a bug', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [], LastEvaluatedKey: { id: 0 } });

    const bug = new Error('A query of 2 items did not end within 64 pages.');
    await expect(page(2)).rejects.toEqual(bug);
    expect(sent(dynamodb)).toHaveLength(64);
  });
});
