import {
  CreateTableCommand,
  ListTablesCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchExecuteStatementCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { type EmbeddedStore, startEmbeddedStore } from './embeddedStore.ts';

let store: EmbeddedStore;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  store = await startEmbeddedStore();
  client = createClient(store.endpoint);
  await createMissingTables(client, 't-');
});

afterAll(async () => {
  client.destroy();
  await store.close();
});

const UPDATE = 'UPDATE "t-bets" SET "status"=? SET "n"=? WHERE "shard"=? AND "betId"=? AND "n"<?';

async function putBet(betId: string, n: number): Promise<void> {
  const Item = { shard: '1', betId, eventFence: 'e#1', n };
  await client.send(new PutCommand({ TableName: 't-bets', Item }));
}

async function betAt(betId: string): Promise<unknown> {
  const Key = { shard: '1', betId };
  const { Item } = await client.send(
    new GetCommand({ TableName: 't-bets', Key, ConsistentRead: true }),
  );
  return Item;
}

describe('the embedded store', () => {
  it('makes tables that are there no second time', async () => {
    await expect(createMissingTables(client, 't-')).resolves.toBeUndefined();
  });

  it('reads what was written, by key and by index', async () => {
    await putBet('read', 1);
    const query = new QueryCommand({
      TableName: 't-bets',
      IndexName: 'byEvent',
      KeyConditionExpression: 'eventFence = :fence AND betId > :bound',
      ExpressionAttributeValues: { ':fence': 'e#1', ':bound': 'reac' },
    });

    expect(await betAt('read')).toEqual({ shard: '1', betId: 'read', eventFence: 'e#1', n: 1n });
    expect((await client.send(query)).Items).toEqual([
      { shard: '1', betId: 'read', eventFence: 'e#1' },
    ]);
  });

  it('answers a transaction that is cancelled with the reasons and the item', async () => {
    const Item = { key: 'k', betId: 'b' };
    const write = new TransactWriteCommand({
      TransactItems: [
        {
          Update: {
            TableName: 't-fences',
            Key: { eventFence: 'f' },
            UpdateExpression: 'ADD placed :one',
            ExpressionAttributeValues: { ':one': 1 },
          },
        },
        {
          Put: {
            TableName: 't-idempotencyKeys',
            Item,
            ConditionExpression: 'attribute_not_exists(#key)',
            ExpressionAttributeNames: { '#key': 'key' },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
      ],
    });
    await client.send(write);

    const error: unknown = await client.send(write).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect(error).toMatchObject({
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { key: { S: 'k' }, betId: { S: 'b' } },
        },
      ],
    });
    const fence = new GetCommand({ TableName: 't-fences', Key: { eventFence: 'f' } });
    expect((await client.send(fence)).Item).toEqual({ eventFence: 'f', placed: 1n });
  });

  it('shows nobody the middle of a transaction', async () => {
    const write = (n: number) =>
      new TransactWriteCommand({
        TransactItems: ['x', 'y'].map((betId) => ({
          Put: { TableName: 't-bets', Item: { shard: '1', betId, eventFence: 'e#2', n } },
        })),
      });
    const pair = new QueryCommand({
      TableName: 't-bets',
      IndexName: 'byEvent',
      KeyConditionExpression: 'eventFence = :fence',
      ExpressionAttributeValues: { ':fence': 'e#2' },
    });

    const seen = await Promise.all(
      [1, 2, 3, 4, 5].map(async (n) => {
        const [, read] = await Promise.all([client.send(write(n)), client.send(pair)]);
        return read.Count;
      }),
    );

    expect(seen.filter((count) => count === 1)).toEqual([]);
  });

  it('carries out each statement of a batch by itself, and answers each', async () => {
    await putBet('old', 0);
    await putBet('new', 2);
    const update = (betId: string) => ({
      Statement: UPDATE,
      Parameters: ['won', 2, '1', betId, 2],
    });

    const { Responses } = await client.send(
      new BatchExecuteStatementCommand({ Statements: ['old', 'new', 'none'].map(update) }),
    );

    const refused = {
      TableName: 't-bets',
      Error: { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
    };
    expect(Responses).toEqual([{ TableName: 't-bets' }, refused, refused]);
    expect(await betAt('old')).toMatchObject({ status: 'won', n: 2n });
    expect(await betAt('new')).toEqual({ shard: '1', betId: 'new', eventFence: 'e#1', n: 2n });
    expect(await betAt('none')).toBeUndefined();
  });

  it.each([
    'DELETE FROM "t-bets" WHERE "shard"=?',
    'SELECT * FROM "t-bets"',
    'UPDATE "t-bets" SET "n"=1 WHERE "shard"=?',
    '',
  ])('refuses the statement %j, which it cannot carry out', async (Statement) => {
    const batch = new BatchExecuteStatementCommand({
      Statements: [{ Statement, Parameters: ['1'] }],
    });

    await expect(client.send(batch)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('refuses an operation that it has not', async () => {
    await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'The embedded store has no ListTables.',
    });
  });

  it('refuses a table that is not valid, as DynamoDB does', async () => {
    const table = new CreateTableCommand({
      TableName: 'x',
      AttributeDefinitions: [],
      KeySchema: [],
    });

    await expect(client.send(table)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('answers what is not JSON as its own failure', async () => {
    const response = await fetch(store.endpoint, { method: 'POST', body: '{' });

    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ __type: 'InternalServerError' });
  });

  it('forgets everything when it is closed', async () => {
    const other = await startEmbeddedStore();
    await other.close();

    await expect(fetch(other.endpoint)).rejects.toThrow('fetch failed');
  });
});
