import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { apiEvent, context, REQUEST_ID, type Sent } from '../../tests/support/apiEvent.ts';
import { createFakes } from '../../tests/support/fakes.ts';
import { recordingObserver } from '../../tests/support/observers.ts';
import { unavailable } from '../bets/errors.ts';
import { httpHandler } from './handler.ts';
import { placeBetBody, placeBetHeaders } from './schemas.ts';

let lines: string[] = [];
const keep = (text: string | Uint8Array): boolean => lines.push(text.toString()) > 0;
beforeEach(() => {
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => jest.restoreAllMocks());

const { observer, told } = recordingObserver();
const deps = { ...createFakes().deps, observer };
beforeEach(() => void told.splice(0));

/** The ids on the line that a request leaves which fails. */
async function idsOf(headers: Sent['headers']): Promise<unknown> {
  const handler = httpHandler(deps, {}, async () => {
    throw new Error('a bug');
  });
  await handler(apiEvent({ headers: headers ?? {} }), context);
  const { requestId, correlationId } = JSON.parse(lines[0] ?? '');
  return { requestId, correlationId };
}

describe('what a request logs', () => {
  it("has the caller's correlation id", async () => {
    expect(await idsOf({ 'x-correlation-id': 'Journey_7.a:b~c-d' })).toEqual({
      requestId: REQUEST_ID,
      correlationId: 'Journey_7.a:b~c-d',
    });
  });

  it.each([undefined, '', ' ', 'a b', 'a,b', 'a"b', 'a\nb', 'ä', '{}', 'x'.repeat(129)])(
    "has the request's id instead of %j",
    async (given) => {
      const headers = given === undefined ? {} : { 'x-correlation-id': given };

      expect(await idsOf(headers)).toEqual({ requestId: REQUEST_ID, correlationId: REQUEST_ID });
    },
  );

  it('holds nothing else that the client sent, and nothing of the tables', async () => {
    const secret = 'secret-7f3a';
    const cause = new TransactionCanceledException({
      $metadata: {},
      message: 'Transaction cancelled',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { key: { S: secret } } }],
    });
    const schemas = { headers: placeBetHeaders, body: placeBetBody };
    const failing = httpHandler(deps, schemas, async () => {
      throw unavailable('The store cannot be reached or is busy; try again.', cause);
    });
    const broken = httpHandler(deps, schemas, async () => {
      throw cause;
    });
    const sent = {
      path: `/bets/${secret}`,
      query: { cursor: secret },
      headers: {
        'content-type': 'application/json',
        'idempotency-key': secret,
        authorization: `Bearer ${secret}`,
        cookie: secret,
      },
      body: `{"event_id": "${secret}", "amount": "98765.43"}`,
    };

    await failing(apiEvent(sent), context);
    await broken(apiEvent(sent), context);
    await broken(apiEvent({ ...sent, body: `{"event_id": "${secret}"}` }), context);
    await broken(apiEvent({ ...sent, body: `{"${secret}` }), context);

    expect(lines.map((line) => JSON.parse(line).level)).toEqual(['WARN', 'ERROR']);
    expect(lines.join('')).not.toMatch(/secret|98765/);
  });
});

describe('what a request told', () => {
  it.each([
    ['well', async () => ({ status: 200, body: {} })],
    [
      'badly',
      async () => {
        throw new Error('a bug');
      },
    ],
  ])('is passed on once, when it has ended %s', async (_how, respond) => {
    const handler = httpHandler(deps, {}, async () => {
      deps.observer.betReplayed();
      return respond();
    });

    await handler(apiEvent(), context);

    expect(told).toEqual([['betReplayed'], ['flush']]);
  });
});
