import * as z from 'zod';
import {
  apiEvent,
  context,
  INTERNAL,
  jsonAnswer,
  problemAnswer,
  read,
  REQUEST_ID,
  taggedAnswer,
  UNAVAILABLE,
} from '../../tests/support/apiEvent.ts';
import { createFakes } from '../../tests/support/fakes.ts';
import { BetError, unavailable } from '../bets/errors.ts';
import { logger } from '../logger.ts';
import { httpHandler } from './handler.ts';

const { deps } = createFakes();
const errors = jest.spyOn(logger, 'error');
const warnings = jest.spyOn(logger, 'warn');
beforeEach(() => {
  errors.mockReset().mockReturnValue(undefined);
  warnings.mockReset().mockReturnValue(undefined);
});

describe('httpHandler', () => {
  it('answers what the use case answers, with the headers that every answer has', async () => {
    const handler = httpHandler(deps, {}, async () => {
      return { status: 202, headers: { etag: '"1"' }, body: { done: true } };
    });

    expect(await handler(apiEvent(), context).then(read)).toEqual(
      jsonAnswer(202, { done: true }, { etag: '"1"' }),
    );
  });

  it('gives the use case the parsed request and a signal of eight seconds', async () => {
    const { signal } = new AbortController();
    const dispose = jest.fn();
    const deadline = jest
      .spyOn(deps.clock, 'deadline')
      .mockReturnValue({ signal, [Symbol.dispose]: dispose });
    const respond = jest.fn(async () => ({ status: 200, body: {} }));
    const handler = httpHandler(deps, { query: z.object({ a: z.string() }) }, respond);

    await handler(apiEvent({ query: { a: 'b' } }), context);

    expect(respond.mock.calls).toEqual([[{ query: { a: 'b' } }, signal]]);
    expect(deadline.mock.calls).toEqual([[8000]]);
    expect(dispose).toHaveBeenCalledTimes(1);
    deadline.mockRestore();
  });

  it('does not parse a body that it has no schema for', async () => {
    const handler = httpHandler(deps, {}, async () => ({ status: 200, body: 'ok' }));

    expect(await handler(apiEvent({ body: '{' }), context).then(read)).toEqual(
      taggedAnswer(200, 'ok'),
    );
  });

  it('answers a refusal of the domain, and does not log it', async () => {
    const handler = httpHandler(deps, {}, async () => {
      throw new BetError('event-settled', 'The event has a result.');
    });

    expect(await handler(apiEvent(), context).then(read)).toEqual(
      problemAnswer(409, 'event-settled', 'The event has a result', 'The event has a result.'),
    );
    expect(errors).not.toHaveBeenCalled();
    expect(warnings).not.toHaveBeenCalled();
  });

  it('asks to come back when the store is away, and logs it as a warning', async () => {
    const error = unavailable('The store cannot be reached or is busy; try again.', new Error('x'));
    const handler = httpHandler(deps, {}, async () => {
      throw error;
    });

    expect(await handler(apiEvent(), context).then(read)).toEqual(UNAVAILABLE);
    expect(warnings.mock.calls).toEqual([
      ['The store did not serve a request', { requestId: REQUEST_ID, error }],
    ]);
    expect(errors).not.toHaveBeenCalled();
  });

  it.each([
    ['an error', new Error('secret')],
    ['an error with a status of its own', Object.assign(new Error('secret'), { statusCode: 400 })],
    ['an error with a status that is a text', Object.assign(new Error('s'), { statusCode: '415' })],
  ])('hides %s, and logs it once', async (_case, error) => {
    const handler = httpHandler(deps, {}, async () => {
      throw error;
    });

    expect(await handler(apiEvent(), context).then(read)).toEqual(INTERNAL);
    expect(errors.mock.calls).toEqual([['A request failed', { requestId: REQUEST_ID, error }]]);
  });

  it('asks to come back when Lambda is about to end the invocation', async () => {
    const handler = httpHandler(deps, {}, () => new Promise(() => {}));
    const almostOver = { getRemainingTimeInMillis: () => 20 };

    expect(await handler(apiEvent(), almostOver).then(read)).toEqual(
      problemAnswer(
        503,
        'unavailable',
        'The store is away or busy',
        'The request ran out of time.',
      ),
    );
  });

  it('never lets an answer of one request into the next', async () => {
    const answers = [
      { status: 200, headers: { etag: '"1"' }, body: 1 },
      { status: 200, body: 2 },
    ];
    const handler = httpHandler(deps, {}, async () => answers.shift() ?? { status: 200, body: 3 });

    const first = await handler(apiEvent(), context).then(read);
    const second = await handler(apiEvent(), context).then(read);

    expect(first).toEqual(jsonAnswer(200, 1, { etag: '"1"' }));
    expect(second).toEqual(taggedAnswer(200, 2));
  });
});
