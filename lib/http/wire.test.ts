import { createHash } from 'node:crypto';
import { placedBet } from '../../tests/support/samples.ts';
import { betBody, eventBody } from './bodies.ts';
import { betToWire, eventAnswer, eventToWire } from './wire.ts';

describe('betToWire', () => {
  it('shows a bet without its fence, and settled_at only when it is settled', () => {
    const bet = placedBet(0xa, { eventId: 'e', amountMinor: 5n, placedAt: 0 });

    const pending = betToWire({ ...bet, status: 'pending' });
    const won = betToWire({ ...bet, status: 'won', settledAt: 1 });

    const placed_at = '1970-01-01T00:00:00.000Z';
    const shown = { id: bet.id, event_id: 'e', amount: '0.05', placed_at };
    expect(pending).toEqual({ ...shown, status: 'pending' });
    expect(won).toEqual({ ...shown, status: 'won', settled_at: '1970-01-01T00:00:00.001Z' });
    expect([pending, won].map((each) => betBody.parse(each))).toEqual([pending, won]);
  });
});

describe('eventToWire', () => {
  it('shows an event with sums of any size, without the ids of the decisions', () => {
    const event = {
      eventId: 'e',
      outcome: null,
      version: 12,
      state: 'open' as const,
      bets: { total: 3, settled: 2, stakedMinor: 9_007_199_254_740_993n },
      history: [{ id: 'secret', outcome: 'LOSE' as const, decidedAt: 0, version: 1 }],
    };

    const shown = eventToWire(event);

    expect(shown).toEqual({
      event_id: 'e',
      status: null,
      version: 12,
      state: 'open',
      bets: { total: 3, settled: 2, staked: '90071992547409.93' },
      history: [{ status: 'LOSE', version: 1, decided_at: '1970-01-01T00:00:00.000Z' }],
    });
    expect(eventBody.parse(shown)).toEqual(shown);
  });
});

describe('eventAnswer', () => {
  const event = {
    eventId: 'e',
    outcome: 'WIN' as const,
    version: 12,
    state: 'settling' as const,
    bets: { total: 3, settled: 2, stakedMinor: 5n },
    history: [],
  };

  it('has the status that is given, the event, and its version and a hash as a strong tag', () => {
    const answer = eventAnswer(event, 202);

    const hash = createHash('sha256').update(JSON.stringify(eventToWire(event)));
    const etag = `"12-${hash.digest('base64url').slice(0, 22)}"`;
    expect(answer).toEqual({ status: 202, headers: { etag }, body: eventToWire(event) });
  });

  it.each([
    ['bets', { bets: { ...event.bets, settled: 3 } }],
    ['state', { state: 'settled' as const }],
    ['version', { version: 13 }],
  ])('has another tag with other %s', (_what, change) => {
    const [one, other] = [event, { ...event, ...change }].map((each) => eventAnswer(each, 200));

    expect(one?.headers?.['etag']).not.toBe(other?.headers?.['etag']);
  });
});
