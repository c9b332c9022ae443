import { JsonNumber } from './jsonBody.ts';
import {
  betBody,
  betPath,
  betToWire,
  eventBody,
  eventToWire,
  listBetsQuery,
  placeBetBody,
  placeBetHeaders,
  settleEventHeaders,
} from './schemas.ts';

const number = (source: string): JsonNumber => new JsonNumber(source);

describe('placeBetBody', () => {
  it.each([
    ['42', '42'],
    [number('42'), '42'],
    [number('4.2e1'), '42'],
    [number('42.0'), '42'],
    [number('-7'), '-7'],
    [number('-0'), '0'],
    [number('0'), '0'],
    [number('9007199254740991'), '9007199254740991'],
    [number('-9007199254740991'), '-9007199254740991'],
  ])('takes the event %j for %s', (event_id, canonical) => {
    expect(placeBetBody.parse({ event_id, amount: '1' })).toEqual({
      event_id: canonical,
      amount: 100n,
    });
  });

  it('does not take a float that lost its digits for its text', () => {
    expect(placeBetBody.safeParse({ event_id: 42, amount: 10 }).success).toBe(false);
  });

  it('prefers no name of the event over the other', () => {
    const both = placeBetBody.safeParse({ event_id: '1', eventId: '2', amount: '1' });

    expect(both.success).toBe(false);
    expect(placeBetBody.parse({ eventId: '2', amount: '1' }).event_id).toBe('2');
  });
});

describe('placeBetHeaders', () => {
  it.each([
    ['key', 'key'],
    ['"key"', 'key'],
    ['!#$%&()*+,-./:;<=>?@[]^_`{|}~', '!#$%&()*+,-./:;<=>?@[]^_`{|}~'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ])('takes the key %s', (sent, key) => {
    expect(placeBetHeaders.parse({ 'idempotency-key': sent, host: 'h' })).toEqual({
      'idempotency-key': key,
    });
  });

  it('takes a request without a key', () => {
    expect(placeBetHeaders.parse({ host: 'h' })).toEqual({});
  });
});

describe('listBetsQuery', () => {
  it('shows 1000 bets from the newest on unless told', () => {
    expect(listBetsQuery.parse({})).toEqual({ limit: 1000, before: undefined });
  });
});

describe('betPath', () => {
  it('is in lower case', () => {
    expect(betPath.parse({ id: 'ABC-def' })).toEqual({ id: 'abc-def' });
  });
});

describe('settleEventHeaders', () => {
  it.each([
    ['*', 'any'],
    ['"1"', [1]],
    ['"1", "2"', [1, 2]],
    ['"1"  ,"2"', [1, 2]],
    ['W/"1", "2"', [2]],
    ['"abc"', []],
    ['""', []],
    ['"999999999"', [999_999_999]],
    ['"9999999999"', []],
  ])('reads If-Match: %s', (sent, versions) => {
    expect(settleEventHeaders.parse({ 'if-match': sent })).toEqual({ 'if-match': versions });
  });

  it('judges a long header quickly', () => {
    const long = `"1"${' '.repeat(50_000)}x`;

    expect(settleEventHeaders.safeParse({ 'if-match': long }).success).toBe(false);
  });
});

describe('the wire', () => {
  const bet = {
    id: '01900000-0000-7000-8000-00000000000a',
    eventId: 'e',
    fence: 3,
    amountMinor: 5n,
    placedAt: 0,
    status: 'pending' as const,
  };

  it('shows a bet without its fence, and settled_at only when it is settled', () => {
    const shown = {
      id: bet.id,
      event_id: 'e',
      amount: '0.05',
      placed_at: '1970-01-01T00:00:00.000Z',
    };

    expect(betToWire(bet)).toEqual({ ...shown, status: 'pending' });
    expect(betToWire({ ...bet, status: 'won', settledAt: 1 })).toEqual({
      ...shown,
      status: 'won',
      settled_at: '1970-01-01T00:00:00.001Z',
    });
    expect(betBody.parse(betToWire(bet))).toEqual(betToWire(bet));
  });

  it("shows an event's history without the ids of the decisions", () => {
    const shown = eventToWire({
      eventId: 'e',
      outcome: null,
      version: 0,
      state: 'open',
      bets: { total: 0, settled: 0, stakedMinor: 0n },
      history: [{ id: 'secret', outcome: 'LOSE', decidedAt: 0, version: 1 }],
    });

    expect(shown).toEqual({
      event_id: 'e',
      status: null,
      version: 0,
      state: 'open',
      bets: { total: 0, settled: 0, staked: '0.00' },
      history: [{ status: 'LOSE', version: 1, decided_at: '1970-01-01T00:00:00.000Z' }],
    });
    expect(eventBody.parse(shown)).toEqual(shown);
  });
});
