import { EVENT_FAULT } from '../../../tests/support/apiEvent.ts';
import { JsonNumber } from '../jsonScan.ts';
import { placeBet } from './placeBet.ts';

const { body: BODY, headers: HEADERS } = placeBet.request;
const number = (source: string): JsonNumber => new JsonNumber(source);

/** What is wrong with a body, in order. */
function faultsOf(body: unknown): string[] {
  return BODY.safeParse(body).error?.issues.map(({ message }) => message) ?? [];
}

const NOT_A_DECIMAL = 'must be a number or a decimal string such as "10.50"';
const NOT_AN_EVENT = 'must be a text of 1 to 256 bytes in UTF-8, or an integer';
const INTEGER_RULE = 'must be an integer of at most 128 digits';

describe('the body of a bet', () => {
  it.each([
    ['42', '42'],
    [number('4.2e1'), '42'],
    [number('42.0'), '42'],
    [number('-0'), '0'],
    [number('9007199254740993'), '9007199254740993'],
    [number('-9223372036854775808'), '-9223372036854775808'],
    ['1e3', '1e3'],
  ])('takes the event %j for %s', (event_id, text) => {
    expect(BODY.parse({ event_id, amount: '1' })).toEqual({ event_id: text, amount: 100n });
  });

  it.each([
    ['a\n', EVENT_FAULT],
    [number('9007199254740990.5'), INTEGER_RULE],
    [number('1e400'), INTEGER_RULE],
    [42, NOT_AN_EVENT], // A float, which has lost the digits that were sent.
    [['42'], NOT_AN_EVENT],
  ])('refuses the event %j', (event_id, fault) => {
    expect(faultsOf({ event_id, amount: '1' })).toEqual([fault]);
  });

  it.each([
    ['-0.01', 'must be greater than 0'],
    [number('10.000000000000000001'), 'must have at most two decimals'],
    ['10.500', 'must have at most two decimals'],
    [number('1e400'), 'must be at most 1000000000.00'],
    ['1e1', NOT_A_DECIMAL],
    [number('1'.repeat(2_000)), NOT_A_DECIMAL],
    [10, NOT_A_DECIMAL],
    [{ source: '10' }, NOT_A_DECIMAL],
  ])('refuses the amount %j', (amount, fault) => {
    expect(faultsOf({ event_id: 'e', amount })).toEqual([fault]);
  });

  it('understands eventId as event_id, and prefers neither of both', () => {
    expect(BODY.parse({ eventId: '2', amount: '1' }).event_id).toBe('2');
    expect(faultsOf({ event_id: '1', eventId: '2', amount: '1' })).toHaveLength(1);
  });

  it('is an object with all that it must have', () => {
    expect(faultsOf({})).toEqual([NOT_AN_EVENT, NOT_A_DECIMAL]);
    expect([[], 5, 'bet', null].flatMap(faultsOf)).toEqual(Array(4).fill('must be an object'));
  });
});

describe('an idempotency key', () => {
  const parsed = (key?: string) => HEADERS.safeParse({ host: 'h', 'idempotency-key': key }).data;

  it.each(['key', '!#$%&()*+-./:;<=>?@[]^_`{|}~', 'x'.repeat(255)])(
    'is taken bare or in quotes: %s',
    (key) => {
      expect(parsed(key)).toEqual({ 'idempotency-key': key });
      expect(parsed(`"${key}"`)).toEqual({ 'idempotency-key': key });
    },
  );

  it('may be missing', () => {
    expect(parsed()).toEqual({});
  });

  it.each(['a,b', 'a,a', '"a","b"', '"a,b"', ',a', 'a,', ',', '"a",', 'a, b'])(
    'is one: %j is refused as two',
    (key) => {
      expect(parsed(key)).toBeUndefined();
    },
  );

  it.each(['', 'two words', '"', '""', 'a"b', '"a', '\\', 'é', 'x'.repeat(256)])(
    'is refused: %j',
    (key) => {
      expect(parsed(key)).toBeUndefined();
    },
  );
});
