import * as z from 'zod';
import {
  internalAnswer,
  jsonAnswer,
  problemAnswer,
  REQUEST_ID,
  taggedAnswer,
} from '../../tests/support/apiEvent.ts';
import { noon, serve } from '../../tests/support/handlers.ts';
import { recordingObserver } from '../../tests/support/observers.ts';
import type { Answer, Call } from './call.ts';

function raise(error: Error): never {
  throw error;
}

const GET = { name: 'any', method: 'GET', path: '/', request: {} } as const;
const answering = (answer: Answer): Call => ({ ...GET, respond: async () => answer });
const failing = (error: Error): Call => ({ ...GET, respond: async () => raise(error) });

describe('createHandler', () => {
  it('tells a client that has the answer already that nothing has changed', async () => {
    const { ask } = serve(answering({ status: 200, body: [] }));
    const { etag, 'content-type': _type, ...headers } = taggedAnswer([]).headers;

    const answer = await ask({ headers: { 'if-none-match': '*' } });

    expect(answer).toEqual({ statusCode: 304, headers: { ...headers, etag }, body: '' });
  });

  it('gives the call the parsed request and a context that ends after eight seconds', async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const call: Call = {
      ...GET,
      request: { query: z.object({ a: z.string() }) },
      respond: async (context, request) => {
        seen.push(request, context.signal === signal);
        return { status: 200, body: {} };
      },
    };
    const deadline = (milliseconds: number) => {
      seen.push(milliseconds);
      return { signal, [Symbol.dispose]: () => void seen.push('disposed') };
    };
    const { ask } = serve(call, { clock: { ...noon, deadline } });

    await ask({ query: { a: 'b' } });

    expect(seen).toEqual([8000, { query: { a: 'b' } }, true, 'disposed']);
  });

  it.each([
    ['an error', new Error('secret')],
    ['an error with a status of its own', Object.assign(new Error('secret'), { statusCode: 400 })],
    ['an error with a status that is a text', Object.assign(new Error('s'), { statusCode: '415' })],
  ])('hides %s, and logs it once', async (_case, error) => {
    const { ask, lines } = serve(failing(error));

    const answer = await ask();

    expect(answer).toEqual(internalAnswer());
    expect(lines.map((line) => JSON.parse(line).error.message)).toEqual([error.message]);
  });

  it('asks to come back when Lambda is about to end the invocation', async () => {
    const { ask } = serve({ ...GET, respond: () => new Promise(() => {}) });

    const answer = await ask({}, { getRemainingTimeInMillis: () => 20 });

    expect(answer).toEqual(problemAnswer('unavailable', 'The request ran out of time.'));
  });

  it('never lets an answer of one request into the next', async () => {
    const last = { status: 200, body: 2 };
    const answers = [{ status: 200, headers: { etag: '"1"' }, body: 1 }];
    const { ask } = serve({ ...GET, respond: async () => answers.shift() ?? last });

    const [first, second] = [await ask(), await ask()];

    expect(first).toEqual(jsonAnswer(200, 1, { etag: '"1"' }));
    expect(second).toEqual(taggedAnswer(2));
  });

  it.each<[Record<string, string>, string]>([
    [{}, REQUEST_ID],
    [{ 'x-correlation-id': 'Journey_7.a:b~c-d' }, 'Journey_7.a:b~c-d'],
    ...['', ' ', 'a b', 'a,b', 'a"b', 'a\nb', 'ä', '{}', 'x'.repeat(129)].map(
      (given): [Record<string, string>, string] => [{ 'x-correlation-id': given }, REQUEST_ID],
    ),
  ])('logs what a request with the headers %j is a part of', async (headers, correlationId) => {
    const { ask, lines } = serve(failing(new Error('a bug')));

    await ask({ headers });

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ requestId: REQUEST_ID, correlationId }),
    ]);
  });

  it.each([
    ['well', answering({ status: 200, body: {} })],
    ['badly', failing(new Error('a bug'))],
  ])('passes on once what was told, when a request has ended %s', async (_how, { respond }) => {
    const { observer, told } = recordingObserver();
    const call: Call = {
      ...GET,
      respond: (context, ...request) => {
        context.observer.betReplayed();
        return respond(context, ...request);
      },
    };
    const { ask } = serve(call, { observer });

    await ask();

    expect(told).toEqual([['betReplayed'], ['flush']]);
  });
});
