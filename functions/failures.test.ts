import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { CALLS } from '../lib/http/calls.ts';
import { INTERNAL, REQUEST_ID, type Sent, UNAVAILABLE } from '../tests/support/apiEvent.ts';
import { serve } from '../tests/support/handlers.ts';

/** In all that a client sends, and in what the SDK knows of the tables. */
const SECRET = '5ec4e7';
const BET_ID = '01900000-0000-7000-8000-0000005ec4e7';

const REQUESTS: Record<string, Sent> = {
  listBets: { query: { event_id: SECRET } },
  getBet: { pathParameters: { id: BET_ID } },
  listEvents: {},
  getEvent: { pathParameters: { event_id: SECRET } },
  placeBet: { body: `{"event_id":"${SECRET}","amount":"98765.43"}` },
  settleEvent: { pathParameters: { event_id: SECRET }, body: '{"status":"WIN"}' },
};
const headers = {
  'content-type': 'application/json',
  'idempotency-key': SECRET,
  'if-none-match': `"${SECRET}"`,
  authorization: `Bearer ${SECRET}`,
  cookie: SECRET,
};

/** An error as the SDK makes it, with an item of a table. */
const failure = (name: string): Error =>
  Object.assign(
    new DynamoDBServiceException({
      name,
      $fault: 'client',
      $metadata: { httpStatusCode: 400, requestId: SECRET },
      message: 'What AWS says',
    }),
    { Item: { key: { S: SECRET } } },
  );

const errorLine = { message: 'What AWS says', stack: expect.any(String) };
const line = {
  timestamp: expect.any(String),
  service: 'bet-maker',
  requestId: REQUEST_ID,
  correlationId: REQUEST_ID,
};

describe.each(CALLS.map(({ call }) => [call.name, call] as const))('%s', (name, call) => {
  const request = { ...REQUESTS[name], method: call.method, headers };

  it('asks to come back when the store is away, and warns without what was sent', async () => {
    const { dynamodb, ask, lines } = serve(call);
    dynamodb.rejects(failure('ThrottlingException'));

    const answer = await ask(request);

    expect(answer).toEqual(UNAVAILABLE);
    expect(lines.map((text) => JSON.parse(text))).toEqual([
      {
        ...line,
        level: 'WARN',
        message: 'The store did not serve a request',
        error: {
          name: 'BetError',
          message: 'The store cannot be reached or is busy; try again.',
          stack: expect.any(String),
          cause: { ...errorLine, name: 'ThrottlingException' },
        },
      },
    ]);
    expect(lines.join('')).not.toMatch(/5ec4e7|98765/);
  });

  it('hides a bug, and logs it once without what was sent', async () => {
    const { dynamodb, ask, lines } = serve(call);
    dynamodb.rejects(failure('ValidationException'));

    const answer = await ask(request);

    expect(answer).toEqual(INTERNAL);
    expect(lines.map((text) => JSON.parse(text))).toEqual([
      {
        ...line,
        level: 'ERROR',
        message: 'A request failed',
        error: { ...errorLine, name: 'ValidationException' },
      },
    ]);
    expect(lines.join('')).not.toMatch(/5ec4e7|98765/);
  });
});
