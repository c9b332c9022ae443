import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import type * as z from 'zod';
import { listBets } from '../../lib/http/calls/listBets.ts';
import { listEvents } from '../../lib/http/calls/listEvents.ts';
import { placeBet } from '../../lib/http/calls/placeBet.ts';
import { settleEvent } from '../../lib/http/calls/settleEvent.ts';
import { JsonNumber } from '../../lib/http/jsonScan.ts';
import { document } from './document.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, 'openapi.json');

/** What the document says of a value. */
function documented(schema: string, value: unknown): boolean {
  const validate = ajv.getSchema(`openapi.json#/components/schemas/${schema}`);
  if (validate === undefined) throw new Error(`The document has no ${schema}.`);
  return validate(value) === true;
}

/** What the service says of a part of a request. */
const taken = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

/** A number as the service reads it from JSON. */
const json = (value: unknown): unknown =>
  typeof value === 'number' ? new JsonNumber(JSON.stringify(value)) : value;

const bodyWith = (body: object): boolean =>
  taken(placeBet.request.body, { event_id: '1', amount: '1', ...body });

const digits = fc.stringMatching(/^\d{1,12}$/);
const amountText = fc.oneof(
  fc.string(),
  digits,
  fc.tuple(digits, fc.stringMatching(/^\d{0,3}$/)).map((parts) => parts.join('.')),
  fc.constantFrom('0', '0.0', '0.00', '0.000', '0.01', '1000000000', '1000000000.00'),
  fc.constantFrom('1000000000.01', '999999999.99', '00', '01', '.5', '-1', '+1', '1e1', '1,5', ''),
);
// The document cannot tell how many decimals a number may have.
const amountNumber = fc
  .oneof(
    fc.integer({ min: -1_000, max: 100_000_001_000 }),
    fc.constantFrom(0, 1, 100_000_000_000, 100_000_000_001),
  )
  .map((minor) => minor / 100);
const eventText = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._:~-]{1,130}$/),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('', 'x'.repeat(128), 'x'.repeat(129), 'a\n', 'é', '.', '..', '...'),
);
const eventNumber = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(2 ** 53, -(2 ** 53), 2 ** 53 - 1, 0, 1.5),
);
const limit = fc.integer({ min: -10, max: 12_000 });
const key = fc.oneof(
  fc.string(),
  fc.stringMatching(/^"?[!-~]{0,260}"?$/),
  fc.constantFrom('""', '"', 'a"b', 'a\\b'),
);
const tags = fc.oneof(
  fc.string(),
  fc.stringMatching(/^(W\/)?"[!-~]{0,3}"( ?,? ?"\d"){0,2}$/),
  fc.constantFrom('*', ' *', '*, "1"', '"1",', ',, "1" ,"2"', ',', '""', '1', '"1-a"'),
);
const results = fc.constantFrom(
  ...[{ status: 'WIN' }, { status: 'DRAW' }, {}, { status: 'WIN', version: 1 }, [], null],
);
const PUT_HEADERS = settleEvent.request.headers;
const bet = { event_id: '1', amount: '1' };
const bets = fc.constantFrom(
  ...[bet, { event_id: '1' }, { amount: '1' }, { ...bet, odds: '2' }, { ...bet, event_id: null }],
  ...[{ ...bet, amount: true }, 'bet'],
);

describe('the document takes what the service takes, and nothing else:', () => {
  it.each<[string, fc.Arbitrary<unknown>, (value: unknown) => boolean]>([
    ['Amount', amountText, (amount) => bodyWith({ amount })],
    ['Amount', amountNumber, (amount) => bodyWith({ amount: json(amount) })],
    ['EventId', eventText, (event_id) => taken(settleEvent.request.path, { event_id })],
    ['EventFilter', eventText, (event_id) => taken(listBets.request.query, { event_id })],
    ['EventIdOrNumber', eventText, (event_id) => bodyWith({ event_id })],
    ['EventIdOrNumber', eventNumber, (event_id) => bodyWith({ event_id: json(event_id) })],
    ['Limit', limit, (value) => taken(listBets.request.query, { limit: String(value) })],
    ['EventLimit', limit, (value) => taken(listEvents.request.query, { limit: String(value) })],
    ['IdempotencyKey', key, (text) => taken(placeBet.request.headers, { 'idempotency-key': text })],
    ['Result', results, (body) => taken(settleEvent.request.body, body)],
    ['PlaceBet', bets, (body) => taken(placeBet.request.body, body)],
    ['IfMatch', tags, (text) => taken(PUT_HEADERS, { 'if-match': text })],
    ['FirstResultOnly', tags, (text) => taken(PUT_HEADERS, { 'if-none-match': text })],
  ])('%s', (schema, values, isTaken) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(documented(schema, value)).toBe(isTaken(value));
      }),
      { numRuns: 1_000 },
    );
  });
});
