import { CreateTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchExecuteStatementCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { type EmbeddedStore, startEmbeddedStore } from './embeddedStore.ts';
import { keyNamesReader } from './transactions.ts';

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

async function putBet(betId: string, n: number): Promise<void> {
  const Item = { shard: '1', betId, eventFence: 'e#1', n };
  await client.send(new PutCommand({ TableName: 't-bets', Item }));
}

async function itemAt(TableName: string, Key: Record<string, string>): Promise<unknown> {
  const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  return Item;
}

const betAt = (betId: string): Promise<unknown> => itemAt('t-bets', { shard: '1', betId });

function idsBehind(fence: string): QueryCommand {
  return new QueryCommand({
    TableName: 't-bets',
    IndexName: 'byEvent',
    KeyConditionExpression: 'eventFence = :fence AND betId > :bound',
    ExpressionAttributeValues: { ':fence': fence, ':bound': 'a' },
  });
}

describe('the embedded store', () => {
  it('makes tables that are there no second time', async () => {
    await expect(createMissingTables(client, 't-')).resolves.toBeUndefined();
  });

  it('reads what was written, by key and by index', async () => {
    await putBet('read', 1);

    const byIndex = await client.send(idsBehind('e#1'));

    expect(await betAt('read')).toEqual({ shard: '1', betId: 'read', eventFence: 'e#1', n: 1n });
    expect(byIndex.Items).toContainEqual({ shard: '1', betId: 'read', eventFence: 'e#1' });
  });

  it('refuses an operation that it has not', async () => {
    await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'The embedded store has no ListTables.',
    });
  });

  it('refuses a table that is not valid, as DynamoDB does', async () => {
    const TableName = 'x';
    const table = new CreateTableCommand({ TableName, AttributeDefinitions: [], KeySchema: [] });

    await expect(client.send(table)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('answers what is not JSON as its own failure', async () => {
    const response = await fetch(store.endpoint, { method: 'POST', body: '{' });

    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ __type: 'InternalServerError' });
  });

  it('refuses a request that does not say how long it is', async () => {
    const body = new Blob(['{}']).stream();

    const response = await fetch(store.endpoint, { method: 'POST', body, duplex: 'half' });

    expect(response.status).toBe(413);
  });

  it('forgets everything when it is closed', async () => {
    const other = await startEmbeddedStore();
    await other.close();

    await expect(fetch(other.endpoint)).rejects.toThrow('fetch failed');
  });
});

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const put = (key: string, more: object = {}): Write => ({
  Put: { TableName: 't-idempotencyKeys', Item: { key, n: 1 }, ...more },
});
const IF_NEW = {
  ConditionExpression: 'attribute_not_exists(#key)',
  ExpressionAttributeNames: { '#key': 'key' },
};
const add = (eventFence: string, UpdateExpression = 'ADD n :n'): Write => ({
  Update: {
    TableName: 't-fences',
    Key: { eventFence },
    UpdateExpression,
    ExpressionAttributeValues: { ':n': 5 },
  },
});
const transact = (...TransactItems: Write[]): Promise<unknown> =>
  client.send(new TransactWriteCommand({ TransactItems }));
const keyAt = (key: string): Promise<unknown> => itemAt('t-idempotencyKeys', { key });
const fenceAt = (eventFence: string): Promise<unknown> => itemAt('t-fences', { eventFence });

const NONE = { Code: 'None' };
const FAILED = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };

describe('an update of the embedded store', () => {
  const update = (eventFence: string, more: object = {}): Promise<unknown> => {
    const { Update } = add(eventFence);
    const TableName = 't-fences';
    const ConditionExpression = 'n > :n';
    const input = { Key: { eventFence }, ...Update, TableName, ConditionExpression, ...more };
    return client.send(new UpdateCommand(input));
  };
  const ALL_OLD = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };

  it('shows the item on which its condition did not hold, when it is asked for', async () => {
    await transact(add('there'));

    const Item = { eventFence: { S: 'there' }, n: { N: '5' } };
    const name = 'ConditionalCheckFailedException';
    await expect(update('there', ALL_OLD)).rejects.toMatchObject({ name, Item });
    await expect(update('there')).rejects.toMatchObject({ name, Item: undefined });
    await expect(update('not-there', ALL_OLD)).rejects.toMatchObject({ name, Item: undefined });
  });
});

describe('a transaction of the embedded store', () => {
  it('carries out all writes', async () => {
    await transact(put('all'), add('all'));

    expect(await keyAt('all')).toEqual({ key: 'all', n: 1n });
    expect(await fenceAt('all')).toEqual({ eventFence: 'all', n: 5n });
  });

  it('undoes every write when one condition fails, and gives a reason for each', async () => {
    await transact(add('old'), put('taken'));

    const failed = transact(add('new'), add('old'), put('taken', IF_NEW), put('after'));

    await expect(failed).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
        '[None, None, ConditionalCheckFailed, None]',
      CancellationReasons: [NONE, NONE, FAILED, NONE],
    });
    expect(await fenceAt('new')).toBeUndefined();
    expect(await fenceAt('old')).toEqual({ eventFence: 'old', n: 5n });
    expect(await keyAt('taken')).toEqual({ key: 'taken', n: 1n });
    expect(await keyAt('after')).toBeUndefined();
  });

  it('shows the item that is there when it is asked for', async () => {
    await transact(put('shown'));

    const again = transact(
      put('shown', { ...IF_NEW, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      put('not-there', IF_NEW),
      put('shown-not', IF_NEW),
    );

    const shown = { ...FAILED, Item: { key: { S: 'shown' }, n: { N: '1' } } };
    await expect(again).rejects.toMatchObject({ CancellationReasons: [shown, NONE, NONE] });
  });

  const toNone = { Put: { TableName: 't-none', Item: { k: 1 } } };
  const deletion = { Delete: { TableName: 't-fences', Key: { eventFence: 'x' } } };
  it.each([
    ['is not valid', add('any', 'ADD'), 'ValidationException'],
    ['is to a table that is not there', toNone, 'ResourceNotFoundException'],
    ['is neither a put nor an update', deletion, 'ValidationException'],
    ['is to an item that was written to', put('before'), 'ValidationException'],
  ])('undoes every write when a later one %s, and says so', async (_what, write, name) => {
    await expect(transact(put('before'), write)).rejects.toMatchObject({ name });

    expect(await keyAt('before')).toBeUndefined();
  });

  it('shows nobody its middle', async () => {
    const putOf = (betId: string, n: number): Write => ({
      Put: { TableName: 't-bets', Item: { shard: '1', betId, eventFence: 'e#2', n } },
    });

    const seen = await Promise.all(
      [1, 2, 3, 4, 5].map(async (n) => {
        const written = transact(putOf('x', n), putOf('y', n));
        const [, read] = await Promise.all([written, client.send(idsBehind('e#2'))]);
        return read.Count;
      }),
    );

    expect(seen.filter((count) => count === 1)).toEqual([]);
  });

  it("reads the names of a table's key once", async () => {
    const asked: object[] = [];
    const keyNames = keyNamesReader({
      DescribeTable: async (input) => {
        asked.push(input);
        return { Table: { KeySchema: [{ AttributeName: 'k' }] } };
      },
    });

    const names = [await keyNames('one'), await keyNames('one'), await keyNames('two')];

    expect(names).toEqual([['k'], ['k'], ['k']]);
    expect(asked).toEqual([{ TableName: 'one' }, { TableName: 'two' }]);
  });
});

describe('a batch of statements of the embedded store', () => {
  const update = (betId: string, table = 't-bets') => ({
    Statement: `UPDATE "${table}" SET "status"=? SET "n"=? WHERE "shard"=? AND "betId"=? AND "n"<?`,
    Parameters: ['won', 2, '1', betId, 2],
  });

  it('has each carried out by itself, and answered', async () => {
    await putBet('old', 0);
    await putBet('new', 2);
    const Statements = [update('old'), update('new'), update('none'), update('old', 't-none')];

    const { Responses } = await client.send(new BatchExecuteStatementCommand({ Statements }));

    const [TableName, Message] = ['t-bets', expect.stringContaining('not found')];
    const refused = { TableName, Error: FAILED };
    const notFound = { TableName: 't-none', Error: { Code: 'ResourceNotFound', Message } };
    expect(Responses).toEqual([{ TableName }, refused, refused, notFound]);
    expect(await betAt('old')).toMatchObject({ status: 'won', n: 2n });
    expect(await betAt('new')).toEqual({ shard: '1', betId: 'new', eventFence: 'e#1', n: 2n });
    expect(await betAt('none')).toBeUndefined();
  });

  it.each([
    'DELETE FROM "t-bets" WHERE "shard"=?',
    'SELECT * FROM "t-bets"',
    'UPDATE "t-bets" SET "n"=1 WHERE "shard"=?',
    '',
  ])('refuses %j, which cannot be carried out', async (Statement) => {
    const Statements = [{ Statement, Parameters: ['1'] }];
    const sent = client.send(new BatchExecuteStatementCommand({ Statements }));

    await expect(sent).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
