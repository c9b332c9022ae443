import { BatchExecuteStatementCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import type { HttpHandler } from '../lib/http/handler.ts';
import type { HttpResponse } from '../lib/http/problems.ts';
import { apiEvent, context } from '../tests/support/apiEvent.ts';
import { handlerWorld, NOON_TEXT } from '../tests/support/handlers.ts';
import { handler as getBet } from './getBet.ts';
import { handler as getEvent } from './getEvent.ts';
import { handler as listBets } from './listBets.ts';
import { handler as placeBet } from './placeBet.ts';
import { handler as settleEvent } from './settleEvent.ts';

const { dynamodb, errors } = handlerWorld();

/** A healthy store that holds nothing yet. */
beforeEach(() => {
  const settlement = {
    outcome: 'WIN',
    decidedAt: NOON_TEXT,
    version: 1n,
    state: 'settled',
    bets: 0n,
    stakedMinor: 0n,
    history: [],
  };
  dynamodb.on(GetCommand).resolves({});
  dynamodb.on(BatchGetCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({});
  dynamodb.on(TransactWriteCommand).resolves({});
  dynamodb.on(TransactWriteItemsCommand).resolves({});
  dynamodb.on(BatchExecuteStatementCommand).resolves({});
  dynamodb.on(UpdateCommand).resolves({ Attributes: settlement });
});

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
const value = fc.oneof(
  text,
  fc.constantFrom('10.50', 'sr:match:42', 'WIN', '*', '"1"', 'pending', '5'),
);
const number = fc
  .stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,12})?$/)
  .map((digits) => ({ digits }));
const member = fc.oneof(
  fc.constantFrom('event_id', 'eventId', 'amount', 'status', '__proto__', 'constructor'),
  text,
);
const object = fc.dictionary(member, fc.oneof(value, number, fc.jsonValue()), { maxKeys: 6 });

/** JSON text in which the numbers of `number` stand as they were written. */
function written(given: unknown): string {
  if (given !== null && typeof given === 'object' && 'digits' in given) return String(given.digits);
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    return JSON.stringify(given);
  }
  const members = Object.entries(given).map(([key, of]) => `${JSON.stringify(key)}:${written(of)}`);
  return `{${members.join(',')}}`;
}

const body = fc.oneof(
  { weight: 4, arbitrary: object.map(written) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: text },
);
const type = fc.oneof(
  { weight: 5, arbitrary: fc.constant('application/json') },
  { weight: 1, arbitrary: text },
);
const names = ['idempotency-key', 'if-match', 'x-other'] as const;
const headers = fc
  .dictionary(fc.constantFrom(...names), value)
  .chain((some) =>
    type.map((contentType) => Object.assign({}, some, { 'content-type': contentType })),
  );
const query = fc.dictionary(
  fc.oneof(fc.constantFrom('limit', 'cursor', 'event_id', 'status'), text),
  value,
);

/** The sum of what each answer must be: below 500, with a JSON body and a fitting content type. */
function check({ statusCode, headers: given, body: answered }: HttpResponse): void {
  const parsed: unknown = JSON.parse(answered);
  const ok = statusCode < 300;
  expect(statusCode).toBeLessThan(500);
  expect(given['content-type']).toBe(ok ? 'application/json' : 'application/problem+json');
  expect(ok || (parsed as { status: number }).status === statusCode).toBe(true);
}

describe.each<[string, HttpHandler]>([
  ['POST /bets', placeBet],
  ['GET /bets', listBets],
  ['GET /bets/{id}', getBet],
  ['PUT /events/{event_id}', settleEvent],
  ['GET /events/{event_id}', getEvent],
])('%s', (_route, handler) => {
  it('never fails on a request, whatever it holds, while the store is healthy', async () => {
    const request = fc.record({
      body,
      headers,
      query,
      id: value,
      isBase64Encoded: fc.boolean(),
    });

    await fc.assert(
      fc.asyncProperty(request, async ({ id, ...sent }) => {
        const pathParameters = { id, event_id: id };

        check(await handler(apiEvent({ ...sent, pathParameters }), context));
      }),
      { numRuns: 300 },
    );

    expect(errors).not.toHaveBeenCalled();
  });
});

describe('POST /bets', () => {
  it('takes exactly the amounts that have at most two decimals and are not too large', async () => {
    const amount = fc.oneof(
      fc.tuple(fc.nat({ max: 2_000_000_000 }), fc.stringMatching(/^[0-9]{0,3}$/)),
    );

    await fc.assert(
      fc.asyncProperty(amount, fc.boolean(), async ([units, decimals], quoted) => {
        const digits = decimals === '' ? String(units) : `${units}.${decimals}`;
        const sent = quoted ? `"${digits}"` : digits;
        const json = { headers: { 'content-type': 'application/json' } };

        const answer = await placeBet(
          apiEvent({ ...json, body: `{"event_id":"e","amount":${sent}}` }),
          context,
        );

        const minor = BigInt(units) * 100n + BigInt(decimals.slice(0, 2).padEnd(2, '0'));
        const exact = decimals.length <= 2 || (!quoted && decimals.endsWith('0'));
        const taken = exact && minor > 0n && minor <= 100_000_000_000n;
        expect(answer.statusCode).toBe(taken ? 201 : 422);
      }),
      { numRuns: 300 },
    );
  });
});
