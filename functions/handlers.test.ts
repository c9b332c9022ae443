import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { CALLS } from '../lib/http/calls.ts';
import { apiEvent, context, read } from '../tests/support/apiEvent.ts';
import { mockDynamodb } from '../tests/support/dynamodb.ts';
import { serve } from '../tests/support/handlers.ts';
import { handler as getBet } from './getBet.ts';
import { handler as getEvent } from './getEvent.ts';
import { handler as listBets } from './listBets.ts';
import { handler as listEvents } from './listEvents.ts';
import { handler as placeBet } from './placeBet.ts';
import { handler as settleEvent } from './settleEvent.ts';

/** In the order of `CALLS`. */
const HANDLERS = [listBets, placeBet, getBet, listEvents, getEvent, settleEvent];

it('serve the calls of their names, each of which refuses a request in its own words', async () => {
  const pathParameters = { id: 'a b', event_id: '.' };
  const headers = { 'content-type': 'application/json' };
  const request = { pathParameters, query: { state: 'won', status: 'won' }, headers, body: '[]' };

  // Each looks at the store's layout first.
  mockDynamodb().on(BatchGetCommand).resolves({});

  const answers = await Promise.all(HANDLERS.map((serves) => serves(apiEvent(request), context)));

  const refusals = await Promise.all(CALLS.map(({ call }) => serve(call).ask(request)));
  // API Gateway is reached over TLS only.
  const overHttps = { 'strict-transport-security': expect.any(String) };
  for (const { headers: told } of refusals) Object.assign(told, overHttps);
  expect(answers.map(read)).toEqual(refusals);
  expect(new Set(answers.map(({ body }) => body)).size).toBe(HANDLERS.length);
});
