import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { apiEvent, context } from '../tests/support/apiEvent.ts';
import { mockDynamodb, sent } from '../tests/support/dynamodb.ts';
import { getEvent } from './http/calls/getEvent.ts';
import { lambdaHandler } from './lambda.ts';

describe('lambdaHandler', () => {
  it('serves a call with the settings of the environment', async () => {
    process.env['TABLE_PREFIX'] = 'bet-maker-stage-';
    const handler = lambdaHandler(getEvent);
    const dynamodb = mockDynamodb();
    dynamodb.on(BatchGetCommand).resolves({});

    const { statusCode, headers } = await handler(
      apiEvent({ pathParameters: { event_id: 'e' } }),
      context,
    );

    expect(statusCode).toBe(404);
    // API Gateway speaks HTTPS alone.
    expect(headers).toHaveProperty('strict-transport-security');
    expect(sent(dynamodb)).toMatchObject([
      ['BatchGetCommand', { RequestItems: { 'bet-maker-stage-events': {} } }],
    ]);
  });
});
