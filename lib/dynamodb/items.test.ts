import * as z from 'zod';
import { betIdOf, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import {
  betItem,
  eventFenceKey,
  eventItem,
  fenceItem,
  keyItem,
  listedItem,
  newBetItem,
  resultItem,
  shardOfEvent,
} from './items.ts';

/** More than a float can hold. */
const HUGE = 9_007_199_254_740_993n;

const placed = placedBet(1, { amountMinor: HUGE, placedAt: 0 });
const bet = newBetItem(placed, 7);
const fence = { eventFence: 'a#b#63', placed: 5n, stakedMinor: HUGE, sweptVersion: 2n };
const decision = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT };
const bare = { eventId: 'e', listKey: `${NOON_TEXT} e`, fences: 4n };
const event = {
  ...bare,
  outcome: 'WIN',
  decidedAt: NOON_TEXT,
  version: 1n,
  state: 'settling',
  bets: 3n,
  stakedMinor: HUGE,
  history: [{ ...decision, version: 1n }],
};
const key = { key: 'k', betId: betIdOf(1), requestHash: 'h' };

it('gives each fence of each event a key of its own, whatever the ids have', () => {
  const ids = ['EVENT', 'EVENT#4', 'EVENT#4#7', 'EVENT#', '#', '#7', 'EVENT#42', '4#2', ' #'];
  const fences = ids.flatMap((eventId) => [0, 2, 7, 42].map((number) => ({ eventId, number })));

  const keys = fences.map(({ eventId, number }) => eventFenceKey({ eventId, fence: number }));

  expect(new Set(keys).size).toBe(fences.length);
  expect(keys.map((eventFence) => fenceItem.parse({ eventFence }).number)).toEqual(
    fences.map(({ number }) => number),
  );
});

describe('items', () => {
  it('are encoded and decoded without a loss', () => {
    expect(betItem.parse(bet)).toEqual(placed);
    expect(bet.placedAt).toBe('1970-01-01T00:00:00.000Z');
    expect(eventItem.parse(event).settlement?.stakedMinor).toBe(HUGE);
    const counts = { placed: 5, stakedMinor: HUGE, sweptVersion: 2 };
    expect(fenceItem.parse(fence)).toEqual({ number: 63, ...counts });
    expect(keyItem.parse({ ...key, more: 1n })).toEqual(key);
  });

  it.each<[string, z.ZodType, object]>([
    ['a bet without an id', betItem, { ...bet, betId: undefined }],
    ['a bet with a stake that is a float', betItem, { ...bet, amountMinor: 10.5 }],
    ['a bet with a time that is none', betItem, { ...bet, placedAt: 'noon' }],
    ['a fence with a count below 0', fenceItem, { ...fence, placed: -1n }],
    ['an event with another outcome', eventItem, { ...event, outcome: 'DRAW' }],
    ['an event with a result and no state of it', eventItem, { ...event, state: 'open' }],
    ['an event without its count of bets', eventItem, { ...event, bets: undefined }],
    ['an event with a version below 0', eventItem, { ...event, version: -1n }],
    ['an event without its number of fences', eventItem, { ...event, fences: undefined }],
    ['an event that is not listed', eventItem, { ...event, listKey: undefined }],
    ['an intent without id', eventItem, { ...bare, intent: { ...decision, id: undefined } }],
    ['a result with another outcome', resultItem, { ...event, outcome: 'DRAW' }],
    ['an entry of the list without its place', listedItem, { eventId: 'e' }],
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

describe('the shard of an event', () => {
  it('is a hex digit of a hash, so that it never changes and no shard is hot', () => {
    // SHA-256 by OpenSSL.
    expect(['e', 'sr:match:42'].map(shardOfEvent)).toEqual(['3', '4']);
  });
});
