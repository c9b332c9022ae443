import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { CALLS } from '../lib/http/calls.ts';
import {
  internalAnswer,
  REQUEST_ID,
  type Sent,
  unavailableAnswer,
} from '../tests/support/apiEvent.ts';
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

const stack = expect.any(String);
const failed = (name: string) => ({ name, message: 'What AWS says', stack });
const away = {
  name: 'BetError',
  message: 'The store cannot be reached or is busy; try again.',
  stack,
  cause: failed('ThrottlingException'),
};
const ids = { requestId: REQUEST_ID, correlationId: REQUEST_ID };
const line = { timestamp: expect.any(String), service: 'bet-maker', ...ids };
const warning = { level: 'WARN', message: 'The store did not serve a request', error: away };
const bug = { level: 'ERROR', message: 'A request failed', error: failed('ValidationException') };

describe.each(CALLS.map(({ call }) => [call.name, call] as const))('%s', (callName, call) => {
  it.each([
    [
      'asks to come back when the store is away',
      'ThrottlingException',
      unavailableAnswer(),
      warning,
    ],
    ['hides a bug', 'ValidationException', internalAnswer(), bug],
  ])('%s, and logs it once without what was sent', async (_case, name, expected, logged) => {
    const { dynamodb, ask, lines } = serve(call);
    dynamodb.rejects(failure(name));

    const tag = call.method === 'GET' && { 'if-none-match': `"${SECRET}"` };
    const answer = await ask({
      ...REQUESTS[callName],
      method: call.method,
      headers: { ...headers, ...tag },
    });

    expect(answer).toEqual(expected);
    expect(lines.map((text) => JSON.parse(text))).toEqual([{ ...line, ...logged }]);
    expect(lines.join('')).not.toMatch(/5ec4e7|98765/);
  });
});
