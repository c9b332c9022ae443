import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { readConfig } from '../../lib/config.ts';
import { defineCall } from '../../lib/http/call.ts';
import { createHandler } from '../../lib/http/handler.ts';
import { createService } from '../../lib/service.ts';
import { context, read } from './apiEvent.ts';
import { silentObserver } from './observers.ts';

let taken: unknown[] = [];

const anyBody = defineCall({
  name: 'anyBody',
  method: 'POST',
  path: '/',
  request: { body: z.unknown() },
  async respond(_context, { body }) {
    taken.push(body);
    return { status: 200, body: 'taken' };
  },
});
const handler = createHandler(
  anyBody,
  createService(readConfig({ DYNAMODB_ENDPOINT: 'aws' }), { observer: silentObserver }),
);

/** What a call is given of a request's body; the answer when it is refused. */
export async function takeJson(apiEvent: APIGatewayProxyEventV2): Promise<unknown> {
  taken = [];
  const answer = read(await handler(apiEvent, context));
  return taken.length === 1 ? taken[0] : answer;
}
