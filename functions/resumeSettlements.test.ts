import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { TABLE_NAMES, tables } from '../lib/dynamodb/tables.ts';
import { broken, type MockedDynamodb, mockDynamodb, sent } from '../tests/support/dynamodb.ts';
import { handler } from './resumeSettlements.ts';

/** A store with tables as they must be, and nothing in them. */
function empty(): MockedDynamodb {
  const dynamodb = mockDynamodb();
  for (const name of TABLE_NAMES) {
    const asked = { TableName: `bet-maker-${name}` };
    dynamodb.on(DescribeTableCommand, asked).resolves({ Table: tables[name] });
  }
  dynamodb.on(BatchGetCommand).resolves({});
  dynamodb.on(PutCommand).resolves({});
  return dynamodb;
}

function run(): Promise<unknown> {
  const lambda = { awsRequestId: 'run-1', getRemainingTimeInMillis: () => 60_000 };
  return handler({}, lambda as Context); // Lambda gives more than is read.
}

describe('resumeSettlements', () => {
  it('fails when the store is away, so that the schedule shows it', async () => {
    const dynamodb = empty();
    dynamodb.on(QueryCommand).rejects(broken('ECONNREFUSED'));

    await expect(run()).rejects.toMatchObject({ name: 'BetError', code: 'unavailable' });
    expect(sent(dynamodb).at(-1)).toEqual([
      'QueryCommand',
      {
        TableName: 'bet-maker-events',
        IndexName: 'unfinished',
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': 'unfinished' },
        ExpressionAttributeValues: { ':key': '1' },
        ScanIndexForward: true,
        Limit: 100,
      },
    ]);
  });

  it('fails, and says why, before anything else when an index is missing', async () => {
    const dynamodb = empty();
    const { GlobalSecondaryIndexes: _without, ...Table } = tables.events;
    dynamodb.on(DescribeTableCommand, { TableName: 'bet-maker-events' }).resolves({ Table });

    await expect(run()).rejects.toMatchObject({
      code: 'not-ready',
      message: expect.stringContaining('the index unfinished of bet-maker-events is missing'),
    });
    expect(sent(dynamodb).map(([name]) => name)).not.toContain('QueryCommand');
  });
});
