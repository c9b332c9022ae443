import { BatchGetCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import {
  broken,
  expectNothing,
  mockDynamodb,
  refused,
  sent,
  signals,
} from '../../tests/support/dynamodb.ts';
import { calm, createFakes, type Fakes } from '../../tests/support/fakes.ts';
import { createClient } from './client.ts';
import { attempt, batchGet, pause, queryPage, type Session } from './session.ts';
import { tableNames } from './store.ts';

const dynamodb = mockDynamodb();
let fakes: Fakes;
let session: Session;

beforeEach(() => {
  expectNothing(dynamodb);
  fakes = createFakes({ random: 1 });
  const { clock, random } = fakes.deps;
  session = { client: createClient(undefined), tables: tableNames('test-'), clock, random };
});

const keys = (count: number): { eventId: string }[] =>
  Array.from({ length: count }, (_, index) => ({ eventId: `e${index}` }));

const reading = (wanted: object[], more: object = {}): [string, object] => [
  'BatchGetCommand',
  { RequestItems: { 'test-events': { Keys: wanted, ConsistentRead: true, ...more } } },
];

describe('attempt', () => {
  it('is the answer of the call', async () => {
    expect(await attempt(Promise.resolve('answer'))).toBe('answer');
  });

  it('names a failure that passes, and no other', async () => {
    const bug = new TypeError('a bug');

    await expect(attempt(Promise.reject(broken('EPIPE')))).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(attempt(Promise.reject(bug))).rejects.toBe(bug);
  });
});

describe('pause', () => {
  it('grows with each try up to half a second', async () => {
    for (const tries of [1, 2, 3, 4, 5, 6, 7]) await pause(session, tries, calm);

    expect(fakes.pauses).toEqual([20, 40, 80, 160, 320, 500, 500]);
  });
});

describe('batchGet', () => {
  it('asks nothing of the store for no keys', async () => {
    expect(await batchGet(session, 'events', [], calm)).toEqual([]);
    expect(sent(dynamodb)).toEqual([]);
  });

  it('reads 100 keys a call, strongly consistent, and puts the items together', async () => {
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { 'test-events': [{ eventId: 'e0' }] } })
      .resolvesOnce({ Responses: { 'test-events': [{ eventId: 'e150' }] } })
      .resolvesOnce({ Responses: {} });
    const wanted = keys(201);

    const items = await batchGet(session, 'events', wanted, calm);

    expect(items).toEqual([{ eventId: 'e0' }, { eventId: 'e150' }]);
    expect(sent(dynamodb)).toEqual([
      reading(wanted.slice(0, 100)),
      reading(wanted.slice(100, 200)),
      reading(wanted.slice(200)),
    ]);
    expect(signals(dynamodb)).toEqual([calm, calm, calm]);
  });

  it('reads only what the projection names', async () => {
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-events': [] } });
    const projection = { ProjectionExpression: 'eventId' };

    await batchGet(session, 'events', keys(1), calm, projection);

    expect(sent(dynamodb)).toEqual([reading(keys(1), projection)]);
  });

  it('asks again, after a pause, for the keys that were left undone', async () => {
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({
        Responses: { 'test-events': [{ eventId: 'e0' }] },
        UnprocessedKeys: { 'test-events': { Keys: keys(3).slice(1) } },
      })
      .resolvesOnce({
        UnprocessedKeys: { 'test-events': { Keys: keys(3).slice(2) } },
        Responses: { 'test-events': [{ eventId: 'e1' }] },
      })
      .resolvesOnce({ Responses: { 'test-events': [{ eventId: 'e2' }] }, UnprocessedKeys: {} });

    const items = await batchGet(session, 'events', keys(3), calm, { ProjectionExpression: 'x' });

    expect(items).toEqual(keys(3));
    expect(sent(dynamodb)).toEqual(
      [0, 1, 2].map((from) => reading(keys(3).slice(from), { ProjectionExpression: 'x' })),
    );
    expect(fakes.pauses).toEqual([20, 40]);
  });

  it('is unavailable after six tries that left keys undone', async () => {
    dynamodb
      .on(BatchGetCommand)
      .resolves({ Responses: {}, UnprocessedKeys: { 'test-events': { Keys: keys(2) } } });

    const items = batchGet(session, 'events', keys(2), calm);

    await expect(items).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The store left 2 reads undone after 6 tries.',
    });
    expect(sent(dynamodb)).toHaveLength(6);
  });

  it('is unavailable while the store throttles', async () => {
    dynamodb.on(BatchGetCommand).rejects(refused('ProvisionedThroughputExceededException'));

    const items = batchGet(session, 'events', keys(2), calm);

    await expect(items).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('queryPage', () => {
  const input = { TableName: 'test-bets', KeyConditionExpression: 'x = :x' };

  it('is at its end when no key says where to go on', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [{ id: 1 }] });

    const page = await queryPage(session, input, 5, calm);

    expect(page).toEqual({ items: [{ id: 1 }], end: true });
    expect(sent(dynamodb)).toEqual([['QueryCommand', { ...input, Limit: 5 }]]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('goes on behind the last key for what is missing to the limit', async () => {
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ id: 1 }, { id: 2 }], LastEvaluatedKey: { id: 2 } })
      .resolvesOnce({ LastEvaluatedKey: { id: 3 } })
      .resolvesOnce({ Items: [{ id: 4 }], LastEvaluatedKey: { id: 4 } })
      .resolvesOnce({ Items: [{ id: 5 }] });

    const page = await queryPage(session, input, 5, calm);

    expect(page).toEqual({ items: [{ id: 1 }, { id: 2 }, { id: 4 }, { id: 5 }], end: true });
    expect(sent(dynamodb)).toEqual([
      ['QueryCommand', { ...input, Limit: 5 }],
      ['QueryCommand', { ...input, Limit: 3, ExclusiveStartKey: { id: 2 } }],
      ['QueryCommand', { ...input, Limit: 3, ExclusiveStartKey: { id: 3 } }],
      ['QueryCommand', { ...input, Limit: 2, ExclusiveStartKey: { id: 4 } }],
    ]);
  });

  it('stops at its limit, and is not at the end when a key says that more may follow', async () => {
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ id: 1 }, { id: 2 }], LastEvaluatedKey: { id: 2 } });

    expect(await queryPage(session, input, 2, calm)).toEqual({
      items: [{ id: 1 }, { id: 2 }],
      end: false,
    });
  });

  it('calls a query that does not end a bug', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [], LastEvaluatedKey: { id: 0 } });

    await expect(queryPage(session, input, 2, calm)).rejects.toEqual(
      new Error('A query of 2 items did not end within 64 pages.'),
    );
    expect(sent(dynamodb)).toHaveLength(64);
  });

  it('is unavailable when the store is', async () => {
    dynamodb.on(QueryCommand).rejects(broken('ECONNREFUSED'));

    await expect(queryPage(session, input, 2, calm)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('sends through the document client', () => {
    expect(session.client).toBeInstanceOf(DynamoDBDocumentClient);
  });
});
