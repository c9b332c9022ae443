import * as z from 'zod';
import { betIdOf, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import {
  betItem,
  eventFenceKey,
  eventItem,
  fenceItem,
  keyItem,
  resultItem,
  unfinishedItem,
} from './items.ts';

/** More than a float can hold. */
const HUGE = 9_007_199_254_740_993n;

const bet = z.encode(betItem, placedBet(1, { amountMinor: HUGE, placedAt: 0 }));
const fence = { eventFence: 'a#b#63', placed: 5n, stakedMinor: HUGE, sweptVersion: 2n };
const decision = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT };
const event = {
  eventId: 'e',
  outcome: 'WIN',
  decidedAt: NOON_TEXT,
  version: 1n,
  state: 'settling',
  bets: 3n,
  stakedMinor: HUGE,
  history: [{ ...decision, version: 1n }],
};
const key = { key: 'k', betId: betIdOf(1), requestHash: 'h' };

describe('items', () => {
  it('are encoded and decoded without a loss', () => {
    expect(betItem.parse(bet)).toEqual(placedBet(1, { amountMinor: HUGE, placedAt: 0 }));
    expect(bet.placedAt).toBe('1970-01-01T00:00:00.000Z');
    expect(eventItem.parse(event).settlement?.stakedMinor).toBe(HUGE);
    const counts = { placed: 5, stakedMinor: HUGE, sweptVersion: 2 };
    expect(fenceItem.parse(fence)).toEqual({ number: 63, ...counts });
    expect(keyItem.parse({ ...key, more: 1n })).toEqual(key);
  });

  it.each<[string, z.ZodType, object]>([
    ['a bet without an id', betItem, { ...bet, betId: undefined }],
    ['a bet with a fence that is a text', betItem, { ...bet, fence: '7' }],
    ['a bet with a fence below 0', betItem, { ...bet, fence: -1n }],
    ['a bet with a stake that is a float', betItem, { ...bet, amountMinor: 10.5 }],
    ['a bet with a time that is none', betItem, { ...bet, placedAt: 'noon' }],
    ['a fence with a count below 0', fenceItem, { ...fence, placed: -1n }],
    ['an event with another outcome', eventItem, { ...event, outcome: 'DRAW' }],
    ['an event with a result and no state of it', eventItem, { ...event, state: 'open' }],
    ['an event without its count of bets', eventItem, { ...event, bets: undefined }],
    ['an event with a version below 0', eventItem, { ...event, version: -1n }],
    ['an intent without id', eventItem, { eventId: 'e', intent: { ...decision, id: undefined } }],
    ['a result with another outcome', resultItem, { ...event, outcome: 'DRAW' }],
    ['unfinished work without a time', unfinishedItem, { eventId: 'e' }],
    ['a key without a bet', keyItem, { ...key, betId: undefined }],
  ])('are refused when they are damaged: %s', (_case, item, damaged) => {
    expect(() => item.parse(damaged)).toThrow(z.ZodError);
  });
});

describe('the key of a fence', () => {
  it('is made of its event and its number', () => {
    expect(eventFenceKey({ eventId: 'a#b', fence: 63 })).toBe('a#b#63');
  });
});
