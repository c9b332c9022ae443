import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { getEvent } from '../../lib/bets/readEvents.ts';
import { settleEvent } from '../../lib/bets/settleEvent.ts';
import { systemClock } from '../../lib/service.ts';
import { type OpenStore, openStore } from '../support/openStore.ts';
import { NOON } from '../support/samples.ts';
import { newEvent, newestFirst, placeMany, walk, walkEvents } from './parts.ts';

jest.setTimeout(600_000);
let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened[Symbol.asyncDispose]());

describe('the list of events', () => {
  it('shows every event once, first known last first, with what is known of it alone', async () => {
    let minute = 0;
    const now = (): number => NOON + minute * 60_000;
    await using book = await openStore({ clock: { ...systemClock, now } });
    const ids = Array.from({ length: 7 }, newEvent);
    for (const eventId of ids) {
      await book.run(placeBet, { eventId, amountMinor: 100n });
      minute += 1;
    }
    const [first = '', second = ''] = ids;
    await book.run(settleEvent, { eventId: second, outcome: 'WIN' });
    await book.run(placeBet, { eventId: first, amountMinor: 100n });

    const all = await walkEvents(book, { limit: 3 });
    const open = await walkEvents(book, { limit: 100, state: 'open' });
    const settled = await walkEvents(book, { limit: 100, state: 'settled' });

    const order = ids.toReversed();
    const known = await Promise.all(order.map((eventId) => book.run(getEvent, eventId)));
    expect(all).toEqual([known.slice(0, 3), known.slice(3, 6), known.slice(6)]);
    expect(open).toEqual([known.filter(({ state }) => state === 'open')]);
    expect(settled).toEqual([known.slice(5, 6)]);
  });

  it('shows each event once that was first known in one instant, whatever its name', async () => {
    await using book = await openStore({ clock: { ...systemClock, now: () => NOON } });
    // Emoji sort above letters of full width by the bytes of UTF-8, and below by those of UTF-16.
    const names = ['a', 'z', 'é', '\uff21', '\uff22', '\ufb01', '🏀', '🎲', '𝔸'];
    const ids = names.map((name) => `${name}/${newEvent()}`);
    for (const eventId of ids) await book.run(placeBet, { eventId, amountMinor: 100n });

    const pages = await walkEvents(book, { limit: 2 });

    const seen = pages.flat().map(({ eventId }) => eventId);
    const bytes = (text: string): string => Buffer.from(text).toString('latin1');
    expect(seen.map(bytes)).toEqual(ids.map(bytes).toSorted().toReversed());
    expect(pages).toHaveLength(5);
  });

  it('shows a walk each event once, while events change and others come', async () => {
    await using book = await openStore();
    const ids = Array.from({ length: 40 }, newEvent);
    for (const eventId of ids) await book.run(placeBet, { eventId, amountMinor: 100n });
    const seenAll = new AbortController();
    const meanwhile = (async () => {
      for (let index = 0; !seenAll.signal.aborted; index += 1) {
        const eventId = ids[index % ids.length] ?? '';
        const outcome = index % 2 === 0 ? 'WIN' : 'LOSE';
        if (index % 3 === 0) await book.run(settleEvent, { eventId, outcome });
        await book.run(placeBet, { eventId: newEvent(), amountMinor: 100n });
      }
    })();

    const walks: string[][] = [];
    for (let round = 0; round < 5; round += 1) {
      const pages = await walkEvents(book, { limit: 7 });
      walks.push(pages.flat().map(({ eventId }) => eventId));
    }
    seenAll.abort();
    await meanwhile;

    for (const seen of walks) {
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((eventId) => ids.includes(eventId)).toSorted()).toEqual(ids.toSorted());
    }
  });
});

describe('the history', () => {
  it('is every bet once, newest first, whatever the size of a page', async () => {
    await using history = await openStore();
    const bets = newestFirst([
      ...(await placeMany(history, newEvent(), 150)),
      ...(await placeMany(history, newEvent(), 90)),
    ]);

    const inOne = await walk(history, { limit: 1000 });
    const inMany = await walk(history, { limit: 7 });
    const inTwo = await walk(history, { limit: 120 });

    expect(inOne).toEqual([bets]);
    expect(inMany.flat()).toEqual(bets);
    expect(inMany).toHaveLength(Math.ceil(240 / 7));
    expect(inTwo).toEqual([bets.slice(0, 120), bets.slice(120)]);
  });

  it('shows a walk the bets that were there when it began, while others are placed', async () => {
    await using history = await openStore();
    const eventId = newEvent();
    const before = newestFirst(await placeMany(history, eventId, 100)).map(({ id }) => id);
    const seenAll = new AbortController();
    const meanwhile = (async () => {
      while (!seenAll.signal.aborted) await history.run(placeBet, { eventId, amountMinor: 1n });
    })();

    const seen = (await walk(history, { limit: 9 })).flat().map(({ id }) => id);
    seenAll.abort();
    await meanwhile;

    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
  });

  it('of one event comes from the index, in the same order', async () => {
    const eventId = newEvent();
    const bets = newestFirst(await placeMany(opened, eventId, 200));
    await placeMany(opened, newEvent(), 5);

    const pages = await walk(opened, { limit: 30, eventId });

    expect(pages.flat()).toEqual(bets);
    expect(pages).toHaveLength(7);
  });
});
