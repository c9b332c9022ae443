import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { mockDynamodb, expectNothing, sent } from '../../tests/support/dynamodb.ts';
import { createMissingTables } from './bootstrap.ts';
import { createClient } from './client.ts';
import { TABLE_NAMES, type TableName, tables } from './tables.ts';

const dynamodb = mockDynamodb();
const client = createClient('aws');
/** The list of events is made first. */
const ORDER = ['eventList', ...TABLE_NAMES.filter((name) => name !== 'eventList')] as const;
const asking = (names: readonly string[]) =>
  names.map((name) => ['DescribeTableCommand', { TableName: `test-${name}` }]);
const missing = new ResourceNotFoundException({ $metadata: {}, message: 'No such table' });

/** A store that has these tables, and makes those that it is told to make. */
function hold(...there: TableName[]): void {
  expectNothing(dynamodb);
  for (const name of TABLE_NAMES) {
    const described = dynamodb.on(DescribeTableCommand, { TableName: `test-${name}` });
    if (!there.includes(name)) described.rejectsOnce(missing);
    described.resolves({ Table: { TableStatus: 'ACTIVE' } });
  }
}

describe('createMissingTables', () => {
  it('makes every table, the list of events first, and waits until all can be used', async () => {
    hold();
    dynamodb.on(CreateTableCommand).resolves({});
    dynamodb
      .on(DescribeTableCommand, { TableName: 'test-events' })
      .rejectsOnce(missing)
      .resolvesOnce({ Table: { TableStatus: 'CREATING' } })
      .resolves({ Table: { TableStatus: 'ACTIVE' } });

    await createMissingTables(client, 'test-');

    const all = sent(dynamodb);
    const making = ORDER.map((name) => [
      'CreateTableCommand',
      { TableName: `test-${name}`, ...tables[name] },
    ]);
    expect(all.slice(0, TABLE_NAMES.length)).toEqual(asking(TABLE_NAMES));
    expect(all.filter(([name]) => name === 'CreateTableCommand')).toEqual(making);
    // Before any other is made, it is there.
    expect(all.slice(TABLE_NAMES.length, TABLE_NAMES.length + 2)).toEqual([
      making[0],
      ...asking(['eventList']),
    ]);
    expect(all.at(-1)).toEqual(asking(['events'])[0]);
  });

  it('leaves tables alone that are there', async () => {
    hold(...TABLE_NAMES);
    const inUse = new ResourceInUseException({ $metadata: {}, message: 'Table already exists' });
    dynamodb.on(CreateTableCommand).rejects(inUse);

    await expect(createMissingTables(client, 'test-')).resolves.toBeUndefined();
  });

  it('makes the rest where somebody was stopped in the middle of it', async () => {
    hold('eventList');
    dynamodb.on(CreateTableCommand).resolves({});

    await expect(createMissingTables(client, 'test-')).resolves.toBeUndefined();
  });

  it('makes nothing beside the tables of an older version', async () => {
    hold('bets', 'fences', 'events', 'idempotencyKeys');

    await expect(createMissingTables(client, 'test-')).rejects.toMatchObject({
      code: 'not-ready',
      message: expect.stringContaining('the table test-eventList is missing beside others'),
    });
    expect(sent(dynamodb)).toEqual(asking(TABLE_NAMES));
  });

  it.each(['look', 'make'])('passes on any other failure to %s', async (way) => {
    hold();
    const failure = new Error('no such store');
    dynamodb.on(way === 'look' ? DescribeTableCommand : CreateTableCommand).rejects(failure);

    await expect(createMissingTables(client, 'test-')).rejects.toBe(failure);
  });
});
