import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { JsonNumber } from '../../lib/http/jsonBody.ts';
import {
  eventPath,
  listBetsQuery,
  listEventsQuery,
  placeBetBody,
  placeBetHeaders,
  settleEventBody,
} from '../../lib/http/schemas.ts';
import { document } from './document.ts';

/** What the document says of a value, and what the service's own schema says of it. */
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, 'openapi.json');
function documented(schema: string, value: unknown): boolean {
  const validate = ajv.getSchema(`openapi.json#/components/schemas/${schema}`);
  if (validate === undefined) throw new Error(`The document has no ${schema}.`);
  return validate(value) === true;
}

const digits = fc.stringMatching(/^\d{1,12}$/);
const decimalText = fc.oneof(
  digits,
  fc.tuple(digits, fc.stringMatching(/^\d{0,3}$/)).map(([whole, part]) => `${whole}.${part}`),
  fc.constantFrom('0', '0.0', '0.00', '0.000', '0.01', '1000000000', '1000000000.00'),
  fc.constantFrom('1000000000.01', '999999999.99', '00', '01', '.5', '-1', '+1', '1e1', '1,5', ''),
);
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._:~-]{1,130}$/),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('', 'x'.repeat(128), 'x'.repeat(129), 'a\n', 'é'),
);
const taken = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('the document takes what the service takes, and nothing else:', () => {
  it('amounts as texts', () => {
    fc.assert(
      fc.property(fc.oneof(decimalText, fc.string()), (amount) => {
        expect(documented('Amount', amount)).toBe(taken(placeBetBody, { event_id: '1', amount }));
      }),
      { numRuns: 2_000 },
    );
  });

  it('amounts as numbers with at most two decimals', () => {
    const cents = fc.oneof(
      fc.integer({ min: -1_000, max: 100_000_001_000 }),
      fc.constantFrom(0, 1, 100_000_000_000, 100_000_000_001),
    );
    fc.assert(
      fc.property(cents, (minor) => {
        const source = `${minor < 0 ? '-' : ''}${Math.trunc(Math.abs(minor) / 100)}.${String(Math.abs(minor) % 100).padStart(2, '0')}`;
        const amount = new JsonNumber(source);
        expect(documented('Amount', Number(source))).toBe(
          taken(placeBetBody, { event_id: '1', amount }),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('events as texts', () => {
    fc.assert(
      fc.property(name, (event_id) => {
        const answer = documented('EventId', event_id);
        expect(answer).toBe(taken(eventPath, { event_id }));
        expect(answer).toBe(documented('EventIdOrNumber', event_id));
        expect(answer).toBe(documented('EventFilter', event_id));
        expect(answer).toBe(taken(placeBetBody, { event_id, amount: '1' }));
        expect(answer).toBe(taken(listBetsQuery, { event_id }));
      }),
      { numRuns: 1_000 },
    );
  });

  it('events as numbers', () => {
    const number = fc.oneof(
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(2 ** 53, -(2 ** 53), 2 ** 53 - 1, 0, 1.5),
    );
    fc.assert(
      fc.property(number, (value) => {
        const event_id = new JsonNumber(JSON.stringify(value));
        expect(documented('EventIdOrNumber', value)).toBe(
          taken(placeBetBody, { event_id, amount: '1' }),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('limits', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 12_000 }), (limit) => {
        expect(documented('Limit', limit)).toBe(taken(listBetsQuery, { limit: String(limit) }));
      }),
    );
  });

  it('limits of events', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 1_200 }), (limit) => {
        expect(documented('EventLimit', limit)).toBe(
          taken(listEventsQuery, { limit: String(limit) }),
        );
      }),
    );
  });

  it('idempotency keys', () => {
    const key = fc.oneof(
      fc.string(),
      fc.stringMatching(/^"?[!-~]{0,260}"?$/),
      fc.constantFrom('""', '"', 'a"b', 'a\\b'),
    );
    fc.assert(
      fc.property(key, (text) => {
        expect(documented('IdempotencyKey', text)).toBe(
          taken(placeBetHeaders, { 'idempotency-key': text }),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [{ status: 'WIN' }],
    [{ status: 'LOSE' }],
    [{ status: 'DRAW' }],
    [{}],
    [{ status: 'WIN', version: 1 }],
    [[]],
    [null],
  ])('the result %j', (body) => {
    expect(documented('Result', body)).toBe(taken(settleEventBody, body));
  });

  it.each([
    [{ event_id: '1', amount: '1' }],
    [{ event_id: '1' }],
    [{ amount: '1' }],
    [{ event_id: '1', amount: '1', odds: '2' }],
    [{ event_id: null, amount: '1' }],
    [{ event_id: '1', amount: true }],
    ['bet'],
  ])('the bet %j', (body) => {
    expect(documented('PlaceBet', body)).toBe(taken(placeBetBody, body));
  });
});
