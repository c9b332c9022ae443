import {
  BatchExecuteStatementCommand,
  BatchGetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import * as z from 'zod';
import type { Call } from '../lib/http/call.ts';
import { CALLS } from '../lib/http/calls.ts';
import { placeBet } from '../lib/http/calls/placeBet.ts';
import type { ReadAnswer } from '../tests/support/apiEvent.ts';
import { serve, type Served } from '../tests/support/handlers.ts';
import { NOON_TEXT } from '../tests/support/samples.ts';

const ENLISTING = {
  UpdateExpression:
    'SET listKey = if_not_exists(listKey, :listKey), fences = if_not_exists(fences, :fences), ' +
    'stateShard = if_not_exists(stateShard, :shard)',
};

/** A call on a healthy store that holds nothing yet. */
function serveHealthy(call: Call): Served {
  const served = serve(call);
  const { dynamodb } = served;
  const open = { eventId: 'e', listKey: `${NOON_TEXT} e`, fences: 1n };
  const settlement = {
    ...open,
    eventFence: 'e#0',
    outcome: 'WIN',
    decidedAt: NOON_TEXT,
    version: 1n,
    state: 'settled',
    bets: 0n,
    stakedMinor: 0n,
    history: [],
  };
  dynamodb.on(BatchGetCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({});
  dynamodb.on(TransactWriteCommand).resolves({});
  dynamodb.on(BatchExecuteStatementCommand).resolves({});
  dynamodb.on(PutCommand).resolves({});
  dynamodb.on(UpdateCommand).resolves({ Attributes: settlement });
  // An event that nobody knew is listed by a write that has no condition.
  dynamodb.on(UpdateCommand, ENLISTING).callsFake(({ Key }: { Key: { eventId: string } }) => {
    return { Attributes: { ...open, ...Key } };
  });
  return served;
}

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
const names = ['idempotency-key', 'if-match', 'if-none-match', 'x-other'] as const;
const headers = fc
  .dictionary(fc.constantFrom(...names), value)
  .chain((some) =>
    type.map((contentType) => Object.assign({}, some, { 'content-type': contentType })),
  );
const query = fc.dictionary(
  fc.oneof(fc.constantFrom('limit', 'cursor', 'event_id', 'status', 'state'), text),
  value,
);

const problem = z.object({ status: z.int() });

/** What each answer must be: below 500, with a content type that fits. */
function check({ statusCode, headers: given, body: answered }: ReadAnswer): void {
  const known = statusCode === 304;
  const ok = statusCode < 300 || known;
  expect(statusCode).toBeLessThan(500);
  const mediaType = ok ? 'application/json' : 'application/problem+json';
  expect(given['content-type']).toBe(known ? undefined : mediaType);
  expect(ok || problem.parse(answered).status === statusCode).toBe(true);
}

describe.each(CALLS.map(({ call }) => [call.name, call] as const))('%s', (_name, call) => {
  it('never fails on a request, whatever it holds, while the store is healthy', async () => {
    const { ask, lines } = serveHealthy(call);
    const request = fc.record({ body, headers, query, id: value, isBase64Encoded: fc.boolean() });

    await fc.assert(
      fc.asyncProperty(request, async ({ id, ...sent }) => {
        check(await ask({ ...sent, method: call.method, pathParameters: { id, event_id: id } }));
      }),
      { numRuns: 300 },
    );

    expect(lines).toEqual([]);
  });
});

describe('placeBet', () => {
  it('takes exactly the amounts that have at most two decimals and are not too large', async () => {
    const { ask } = serveHealthy(placeBet);
    const amount = fc.tuple(fc.nat({ max: 2_000_000_000 }), fc.stringMatching(/^[0-9]{0,3}$/));

    await fc.assert(
      fc.asyncProperty(amount, fc.boolean(), async ([units, decimals], quoted) => {
        const digits = decimals === '' ? String(units) : `${units}.${decimals}`;
        const sent = quoted ? `"${digits}"` : digits;

        const answer = await ask({
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `{"event_id":"e","amount":${sent}}`,
        });

        const minor = BigInt(units) * 100n + BigInt(decimals.slice(0, 2).padEnd(2, '0'));
        const exact = decimals.length <= 2 || (!quoted && decimals.endsWith('0'));
        const taken = exact && minor > 0n && minor <= 100_000_000_000n;
        expect(answer.statusCode).toBe(taken ? 201 : 422);
      }),
      { numRuns: 300 },
    );
  });
});
