import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newBetId } from '../../lib/bets/ids.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { getBet, listBets } from '../../lib/bets/readBets.ts';
import { getEvent, settleEvent } from '../../lib/bets/settleEvent.ts';
import { type OpenStore, openStore } from '../support/openStore.ts';
import { never, newEvent, newestFirst, placeMany, walk, walkEvents } from './parts.ts';

let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened.close());

describe('the list of events', () => {
  it('shows every event once, newest activity first, with what is known of it alone', async () => {
    const book = await openStore();
    try {
      const { deps } = book;
      const ids = Array.from({ length: 7 }, newEvent);
      const begin = Date.parse('2026-11-22T12:00:00.000Z');
      const now = jest.spyOn(deps.clock, 'now');
      for (const [minute, eventId] of ids.entries()) {
        now.mockReturnValue(begin + minute * 60_000);
        await placeBet(deps, { eventId, amountMinor: 100n }, never);
      }
      now.mockReturnValue(begin + 3_600_000);
      const [first = '', second = ''] = ids;
      await settleEvent(deps, { eventId: second, outcome: 'WIN', sweepBudgetMs: 5_000 }, never);
      now.mockReturnValue(begin + 7_200_000);
      await placeBet(deps, { eventId: first, amountMinor: 100n }, never);
      now.mockRestore();

      const all = await walkEvents(deps, { limit: 3 });

      const order = [first, second, ...ids.slice(2).toReversed()];
      expect(all.map((page) => page.length)).toEqual([3, 3, 1]);
      expect(all.flat()).toEqual(
        await Promise.all(order.map((eventId) => getEvent(deps, eventId, never))),
      );
      const open = await walkEvents(deps, { limit: 100, state: 'open' });
      const settled = await walkEvents(deps, { limit: 100, state: 'settled' });
      expect(open.flat().map(({ eventId }) => eventId)).toEqual(
        order.filter((id) => id !== second),
      );
      expect(settled.flat().map(({ eventId }) => eventId)).toEqual([second]);
    } finally {
      await book.close();
    }
  });
});

describe('the history', () => {
  it('is every bet once, newest first, whatever the size of a page', async () => {
    const history = await openStore();
    try {
      const bets = newestFirst([
        ...(await placeMany(history.deps, newEvent(), 150)),
        ...(await placeMany(history.deps, newEvent(), 90)),
      ]);

      const inOne = await walk(history.deps, { limit: 1000 });
      const inMany = await walk(history.deps, { limit: 7 });
      const inTwo = await walk(history.deps, { limit: 120 });

      expect(inOne).toEqual([bets]);
      expect(inMany.flat()).toEqual(bets);
      expect(inMany).toHaveLength(Math.ceil(240 / 7));
      expect(inTwo.map((page) => page.length)).toEqual([120, 120]);
    } finally {
      await history.close();
    }
  });

  it('shows a walk the bets that were there when it began, while others are placed', async () => {
    const history = await openStore();
    try {
      const eventId = newEvent();
      const before = await placeMany(history.deps, eventId, 100);
      const seenAll = new AbortController();
      const meanwhile = (async () => {
        while (!seenAll.signal.aborted)
          await placeBet(history.deps, { eventId, amountMinor: 1n }, never);
      })();

      const seen = (await walk(history.deps, { limit: 9 })).flat().map((bet) => bet.id);
      seenAll.abort();
      await meanwhile;

      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => before.some((bet) => bet.id === id))).toEqual(
        newestFirst(before).map((bet) => bet.id),
      );
    } finally {
      await history.close();
    }
  });

  it('of one event comes from the index, in the same order', async () => {
    const eventId = newEvent();
    const bets = newestFirst(await placeMany(opened.deps, eventId, 200));
    await placeMany(opened.deps, newEvent(), 5);

    const pages = await walk(opened.deps, { limit: 30, eventId });

    expect(pages.flat()).toEqual(bets);
    expect(pages).toHaveLength(7);
  });

  it('of an event that nobody bet on is empty', async () => {
    const page = await listBets(opened.deps, { limit: 10, eventId: newEvent() }, never);

    expect(page).toEqual({ bets: [] });
  });

  it('filters a page by the status that it shows', async () => {
    const [won, lost, open] = [newEvent(), newEvent(), newEvent()];
    for (const eventId of [won, lost, open]) await placeMany(opened.deps, eventId, 3);
    await settleEvent(opened.deps, { eventId: won, outcome: 'WIN', sweepBudgetMs: 0 }, never);
    await settleEvent(opened.deps, { eventId: lost, outcome: 'LOSE', sweepBudgetMs: 0 }, never);

    const count = async (status: 'won' | 'lost' | 'pending', eventId: string): Promise<number> => {
      const { bets } = await listBets(opened.deps, { limit: 1000, eventId, status }, never);
      return bets.filter((bet) => bet.status === status).length;
    };

    expect(await count('won', won)).toBe(3);
    expect(await count('lost', lost)).toBe(3);
    expect(await count('pending', open)).toBe(3);
    expect(await count('pending', won)).toBe(0);
  });

  it('walks past pages that a filter leaves empty', async () => {
    const history = await openStore();
    try {
      const early = newEvent();
      await placeMany(history.deps, early, 2);
      await placeMany(history.deps, newEvent(), 20);
      await settleEvent(history.deps, { eventId: early, outcome: 'WIN', sweepBudgetMs: 0 }, never);

      const pages = await walk(history.deps, { limit: 5, status: 'won' });

      expect(pages.map((page) => page.length)).toEqual([0, 0, 0, 0, 2]);
    } finally {
      await history.close();
    }
  });
});

describe('one bet', () => {
  it('is found by its id, with the result of its event', async () => {
    const eventId = newEvent();
    const [bet] = await placeMany(opened.deps, eventId, 1);
    const pending = await getBet(opened.deps, bet?.id ?? '', never);
    await settleEvent(opened.deps, { eventId, outcome: 'LOSE', sweepBudgetMs: 0 }, never);

    const settled = await getBet(opened.deps, bet?.id ?? '', never);

    expect(pending).toEqual(bet);
    expect(settled).toEqual({ ...bet, status: 'lost', settledAt: expect.any(Number) });
  });

  it.each(['', 'x', '../bets', newBetId(0)])('is not found by %j', async (id) => {
    await expect(getBet(opened.deps, id, never)).rejects.toMatchObject({ code: 'bet-not-found' });
  });
});

describe('an event', () => {
  it('is not found while nothing is known of it', async () => {
    await expect(getEvent(opened.deps, newEvent(), never)).rejects.toMatchObject({
      code: 'event-not-found',
    });
  });

  it('is open, with its bets and stakes, until it has a result', async () => {
    const eventId = newEvent();
    await placeMany(opened.deps, eventId, 12);

    const report = await getEvent(opened.deps, eventId, never);

    expect(report).toEqual({
      eventId,
      outcome: null,
      version: 0,
      state: 'open',
      bets: { total: 12, settled: 0, stakedMinor: 1200n },
      history: [],
    });
  });
});
