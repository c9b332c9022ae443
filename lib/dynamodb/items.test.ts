import * as z from 'zod';
import { betIdOf, NOON, placedBet } from '../../tests/support/fakes.ts';
import {
  betFromItem,
  betIdFromItem,
  eventFenceKey,
  eventFromItem,
  fenceFromItem,
  itemFromBet,
  itemFromDecision,
  itemFromVerdict,
  recordFromItem,
  resultFromItem,
  settlementFromItem,
  toInstant,
} from './items.ts';

const NOON_TEXT = '2026-11-22T12:00:00.000Z';

const betItem = {
  shard: 'f',
  betId: betIdOf(0x2f),
  eventId: 'sr:match:42',
  fence: 7n,
  eventFence: 'sr:match:42#7',
  amountMinor: 1050n,
  placedAt: NOON_TEXT,
  status: 'pending',
  outcomeVersion: 0n,
};

const settlementItem = {
  eventId: 'sr:match:42',
  outcome: 'WIN',
  decidedAt: NOON_TEXT,
  version: 1n,
  state: 'settling',
  bets: 3n,
  stakedMinor: 9_007_199_254_740_993n,
  history: [{ id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT, version: 1n }],
  unfinished: '1',
  unfinishedSince: NOON_TEXT,
};

const settlement = {
  outcome: 'WIN',
  decidedAt: NOON,
  version: 1,
  state: 'settling',
  bets: 3,
  stakedMinor: 9_007_199_254_740_993n,
  history: [{ id: 'decision-1', outcome: 'WIN', decidedAt: NOON, version: 1 }],
};

describe('a bet', () => {
  it('is stored pending, at version 0, with its shard and its fence', () => {
    expect(itemFromBet(placedBet(0x2f, { fence: 7 }))).toEqual({
      ...betItem,
      fence: 7,
      outcomeVersion: 0,
    });
  });

  it('is read as it was placed, whatever else is stored with it', () => {
    expect(betFromItem(betItem)).toEqual(placedBet(0x2f, { fence: 7 }));
    expect(betIdFromItem(betItem)).toBe(betIdOf(0x2f));
  });

  it.each([
    ['no id', { betId: undefined }],
    ['a fence that is a text', { fence: '7' }],
    ['a fence below 0', { fence: -1n }],
    ['a stake that is a float', { amountMinor: 10.5 }],
    ['a time that is none', { placedAt: 'noon' }],
  ])('is refused with %s', (_case, change) => {
    expect(() => betFromItem({ ...betItem, ...change })).toThrow(z.ZodError);
  });

  it('is behind the fence of its event', () => {
    expect(eventFenceKey({ eventId: 'a:b', fence: 63 })).toBe('a:b#63');
  });
});

describe('a fence', () => {
  it('is read with its counts', () => {
    const item = {
      eventFence: 'sr:match:42#63',
      placed: 5n,
      stakedMinor: 9_007_199_254_740_993n,
      sweptVersion: 2n,
      closedAt: NOON_TEXT,
    };

    expect(fenceFromItem(item)).toEqual({
      number: 63,
      placed: 5,
      stakedMinor: 9_007_199_254_740_993n,
      sweptVersion: 2,
    });
  });

  it('holds nothing when it was closed before any bet', () => {
    expect(fenceFromItem({ eventFence: 'e#0', closedAt: NOON_TEXT })).toEqual({
      number: 0,
      placed: 0,
      stakedMinor: 0n,
      sweptVersion: 0,
    });
  });
});

describe('a decision', () => {
  const decision = { id: 'decision-1', outcome: 'LOSE' as const, decidedAt: NOON };

  it('is stored with its time as a text', () => {
    const item = { id: 'decision-1', outcome: 'LOSE', decidedAt: NOON_TEXT };

    expect(itemFromDecision(decision)).toEqual(item);
    expect(itemFromVerdict({ ...decision, version: 3 })).toEqual({ ...item, version: 3 });
  });
});

describe('an event', () => {
  it('is read with the settlement that is in force', () => {
    expect(settlementFromItem(settlementItem)).toEqual(settlement);
    expect(eventFromItem(settlementItem)).toEqual({ eventId: 'sr:match:42', settlement });
  });

  it('is read with an intent alone', () => {
    const intent = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT };

    expect(eventFromItem({ eventId: 'e', intent, unfinished: '1' })).toEqual({
      eventId: 'e',
      intent: { id: 'decision-1', outcome: 'WIN', decidedAt: NOON },
    });
  });

  it('is read from the keys of an index', () => {
    expect(eventFromItem({ eventId: 'e', unfinished: '1', unfinishedSince: NOON_TEXT })).toEqual({
      eventId: 'e',
    });
  });

  it.each([
    ['another outcome', { outcome: 'DRAW' }],
    ['another state', { state: 'open' }],
    ['no count of bets', { bets: undefined }],
    ['a version below 0', { version: -1n }],
  ])('is refused with %s', (_case, change) => {
    expect(() => eventFromItem({ ...settlementItem, ...change })).toThrow(z.ZodError);
  });

  it('has a result once an outcome is in force', () => {
    expect(resultFromItem(settlementItem)).toEqual([
      'sr:match:42',
      { outcome: 'WIN', decidedAt: NOON },
    ]);
    expect(resultFromItem({ eventId: 'e' })).toBeUndefined();
  });
});

describe('an idempotency record', () => {
  it('is read without what else is stored with it', () => {
    const record = { key: 'k', betId: betIdOf(1), requestHash: 'h' };

    expect(recordFromItem({ ...record, more: 1n })).toEqual(record);
    expect(() => recordFromItem({ key: 'k' })).toThrow(z.ZodError);
  });
});

describe('toInstant', () => {
  it('is ISO 8601 in UTC', () => {
    expect([toInstant(NOON), toInstant(0)]).toEqual([NOON_TEXT, '1970-01-01T00:00:00.000Z']);
  });
});
