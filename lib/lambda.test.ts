import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { apiEvent, context } from '../tests/support/apiEvent.ts';
import { mockDynamodb, sent } from '../tests/support/dynamodb.ts';
import { getEvent } from './http/calls/getEvent.ts';
import { lambdaHandler } from './lambda.ts';

const PREFIX = 'bet-maker-stage-';
process.env['TABLE_PREFIX'] = PREFIX;

describe('lambdaHandler', () => {
  it('serves a call with the settings of the environment', async () => {
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
      ['BatchGetCommand', { RequestItems: { 'bet-maker-stage-eventList': {} } }],
      ['BatchGetCommand', { RequestItems: { 'bet-maker-stage-events': {} } }],
    ]);
  });

  it('looks at the layout until it fits, and then no more', async () => {
    const handler = lambdaHandler(getEvent);
    const dynamodb = mockDynamodb();
    const item = { shard: 'layout', listKey: 'layout', layout: 3n };
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { [`${PREFIX}eventList`]: [item] } })
      .resolves({});
    const ask = () => handler(apiEvent({ pathParameters: { event_id: 'e' } }), context);

    const [refused, ...served] = [await ask(), await ask(), await ask()];

    expect(refused).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '1' },
      body: expect.stringContaining('it has layout 3'),
    });
    expect(served.map(({ statusCode }) => statusCode)).toEqual([404, 404]);
    const asked = sent(dynamodb).map(([, input]) => Object.keys(Object(input).RequestItems));
    const layout = [`${PREFIX}eventList`];
    expect(asked).toEqual([layout, layout, [`${PREFIX}events`], [`${PREFIX}events`]]);
  });
});
