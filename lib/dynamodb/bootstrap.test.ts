import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { mockDynamodb, expectNothing, sent } from '../../tests/support/dynamodb.ts';
import { createMissingTables } from './bootstrap.ts';
import { createClient } from './client.ts';
import { TABLE_NAMES, tables } from './tables.ts';

const dynamodb = mockDynamodb();
const client = createClient('aws');
const asking = TABLE_NAMES.map((name) => ['DescribeTableCommand', { TableName: `test-${name}` }]);

beforeEach(() => {
  expectNothing(dynamodb);
  dynamodb.on(DescribeTableCommand).resolves({ Table: { TableStatus: 'ACTIVE' } });
});

describe('createMissingTables', () => {
  it('makes every table and waits until all can be used', async () => {
    dynamodb.on(CreateTableCommand).resolves({});
    dynamodb
      .on(DescribeTableCommand, { TableName: 'test-events' })
      .resolvesOnce({ Table: { TableStatus: 'CREATING' } })
      .resolves({ Table: { TableStatus: 'ACTIVE' } });

    await createMissingTables(client, 'test-');

    const making = TABLE_NAMES.map((name) => [
      'CreateTableCommand',
      { TableName: `test-${name}`, ...tables[name] },
    ]);
    const askingAgain = ['DescribeTableCommand', { TableName: 'test-events' }];
    expect(sent(dynamodb)).toEqual([...making, ...asking, askingAgain]);
  });

  it('leaves tables alone that are there', async () => {
    const inUse = new ResourceInUseException({ $metadata: {}, message: 'Table already exists' });
    dynamodb.on(CreateTableCommand).rejects(inUse);

    await createMissingTables(client, 'test-');

    expect(sent(dynamodb).slice(TABLE_NAMES.length)).toEqual(asking);
  });

  it('passes any other failure on', async () => {
    const failure = new Error('no such store');
    dynamodb.on(CreateTableCommand).rejects(failure);

    await expect(createMissingTables(client, 'test-')).rejects.toBe(failure);
  });
});
