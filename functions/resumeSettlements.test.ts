import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { broken, mockDynamodb, sent } from '../tests/support/dynamodb.ts';
import { handler } from './resumeSettlements.ts';

describe('resumeSettlements', () => {
  it('fails when the store is away, so that the schedule shows it', async () => {
    const dynamodb = mockDynamodb();
    dynamodb.on(QueryCommand).rejects(broken('ECONNREFUSED'));
    const lambda = { awsRequestId: 'run-1', getRemainingTimeInMillis: () => 60_000 };

    const run = handler({}, lambda as Context); // Lambda gives more than is read.

    await expect(run).rejects.toMatchObject({ name: 'BetError', code: 'unavailable' });
    expect(sent(dynamodb)).toEqual([
      [
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
      ],
    ]);
  });
});
