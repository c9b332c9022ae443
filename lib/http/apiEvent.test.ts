import * as z from 'zod';
import {
  apiEvent,
  context,
  jsonAnswer,
  problemAnswer,
  read,
} from '../../tests/support/apiEvent.ts';
import { silentObserver } from '../../tests/support/observers.ts';
import { readConfig } from '../config.ts';
import { createService } from '../service.ts';
import { defineCall } from './call.ts';
import { createHandler } from './handler.ts';

const service = createService(readConfig({ DYNAMODB_ENDPOINT: 'aws', LOG_LEVEL: 'SILENT' }), {
  observer: silentObserver,
});
let calls = 0;

/** What a call answers that takes this body and any path, query and headers. */
async function invoke(given: unknown, body?: z.ZodType) {
  const parts = { path: z.object({}), query: z.object({}), headers: z.object({}) };
  const call = defineCall({
    name: 'any',
    method: 'POST',
    path: '/',
    request: body === undefined ? parts : { ...parts, body },
    respond: async () => {
      calls += 1;
      return { status: 201, body: 'done' };
    },
  });
  // Whoever invokes a function by hand gives what they like.
  const event = given as Parameters<ReturnType<typeof createHandler>>[0];
  return read(await createHandler(call, service)(event, context));
}

/** Without the id, which the handler makes up where the gateway gives none. */
function problem(answer: { body: unknown }): unknown {
  return z.object({ status: z.number(), detail: z.string() }).parse(answer.body);
}

const ONCE = 'The Content-Type must come only once.';
const NO_JSON = 'The body cannot be parsed as JSON.';
const JSON_HEADERS = { 'content-type': 'application/json' };
const nothing = { body: null, headers: null, pathParameters: null, queryStringParameters: null };

describe('a handler', () => {
  it.each([
    ['null for what is not there', nothing],
    ['nothing but the format', { version: '2.0' }],
    ['a context without an id', { version: '2.0', requestContext: {}, cookies: null }],
  ])('takes an event that has %s', async (_case, given) => {
    const answer = await invoke({ version: '2.0', ...given });

    expect(answer).toMatchObject({ statusCode: 201, body: 'done' });
  });

  it.each([
    [{ ...nothing }, 415, 'Send application/json.'],
    [{ headers: { 'Content-Type': 'application/json', 'content-type': 'text/plain' } }, 415, ONCE],
    [{ headers: { 'CONTENT-TYPE': 'application/json' }, body: null }, 422, NO_JSON],
    [{ headers: JSON_HEADERS, body: null }, 422, NO_JSON],
    [{ headers: JSON_HEADERS, body: { amount: 1 } }, 422, NO_JSON],
    [{ headers: { 'content-type': null }, body: '{}' }, 415, 'Send application/json.'],
  ])('refuses %j, where a body is needed', async (given, status, detail) => {
    const answer = await invoke({ version: '2.0', ...given }, z.unknown());

    expect(problem(answer)).toEqual({ status, detail });
  });

  it.each([
    ['nothing', {}],
    ['null', null],
    ['a REST API or a load balancer', { ...apiEvent(), version: undefined, httpMethod: 'POST' }],
    ['format 1.0', { ...apiEvent(), version: '1.0', httpMethod: 'POST', resource: '/' }],
  ])('refuses the event of %s before the call is made', async (_case, given) => {
    calls = 0;

    const answer = await invoke(given);

    const detail =
      'The function takes payload format 2.0 of an API Gateway HTTP API, and no other.';
    expect(problem(answer)).toEqual({ status: 400, detail });
    expect(calls).toBe(0);
  });

  it('tells the id that the gateway gave the request', async () => {
    const answer = await invoke({ ...apiEvent(), version: '1.0' });

    const detail =
      'The function takes payload format 2.0 of an API Gateway HTTP API, and no other.';
    expect(answer).toEqual(problemAnswer('malformed-request', detail));
    expect(await invoke(apiEvent())).toEqual(jsonAnswer(201, 'done'));
  });
});
