import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { createMissingTables } from './bootstrap.ts';
import { createClient } from './client.ts';

const dynamodb = mockClient(DynamoDBDocumentClient);
const client = createClient(undefined);
const NAMES = ['test-bets', 'test-events', 'test-fences', 'test-idempotencyKeys'];

beforeEach(() => {
  dynamodb.reset();
  dynamodb.rejects(new Error('A command that no test expects'));
  dynamodb.on(DescribeTableCommand).resolves({ Table: { TableStatus: 'ACTIVE' } });
});

function namesIn(command: typeof CreateTableCommand | typeof DescribeTableCommand): string[] {
  const calls = dynamodb.calls().filter((call) => call.args[0] instanceof command);
  return calls.map((call) =>
    'TableName' in call.args[0].input ? String(call.args[0].input.TableName) : '',
  );
}

describe('createMissingTables', () => {
  it('makes every table and waits until all can be used', async () => {
    dynamodb.on(CreateTableCommand).resolves({});

    await createMissingTables(client, 'test-');

    expect(namesIn(CreateTableCommand).toSorted()).toEqual(NAMES);
    expect(namesIn(DescribeTableCommand).toSorted()).toEqual(NAMES);
    const bets = dynamodb.commandCalls(CreateTableCommand, { TableName: 'test-bets' });
    expect(bets.map((call) => call.args[0].input)).toEqual([
      {
        TableName: 'test-bets',
        AttributeDefinitions: [
          { AttributeName: 'shard', AttributeType: 'S' },
          { AttributeName: 'betId', AttributeType: 'S' },
          { AttributeName: 'eventFence', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'shard', KeyType: 'HASH' },
          { AttributeName: 'betId', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byEvent',
            KeySchema: [
              { AttributeName: 'eventFence', KeyType: 'HASH' },
              { AttributeName: 'betId', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      },
    ]);
  });

  it('leaves tables alone that are there', async () => {
    const inUse = new ResourceInUseException({ $metadata: {}, message: 'Table already exists' });
    dynamodb.on(CreateTableCommand).rejects(inUse);

    await expect(createMissingTables(client, 'test-')).resolves.toBeUndefined();
    expect(namesIn(DescribeTableCommand)).toHaveLength(4);
  });

  it('passes any other failure on', async () => {
    const failure = new Error('no such store');
    dynamodb.on(CreateTableCommand).rejects(failure);

    await expect(createMissingTables(client, 'test-')).rejects.toBe(failure);
  });
});
