import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import pLimit from 'p-limit';
import type { Bet } from '../../lib/bets/bet.ts';
import type { EventRecord, EventReport } from '../../lib/bets/event.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { type ListRequest, listBets } from '../../lib/bets/readBets.ts';
import { listEvents, type ListEventsRequest } from '../../lib/bets/readEvents.ts';
import type { OpenStore } from '../support/openStore.ts';

/** The id of an event that no other test uses. */
export function newEvent(): string {
  return `event:${randomUUID()}`;
}

/** Runs `task` for each index below `count`, `width` at a time. */
export function times<Result>(
  count: number,
  width: number,
  task: (index: number) => Promise<Result>,
): Promise<Result[]> {
  return pLimit(width).map(Array(count).keys(), task);
}

export async function placeMany(
  { run }: OpenStore,
  eventId: string,
  count: number,
): Promise<Bet[]> {
  const placed = await times(count, 16, () => run(placeBet, { eventId, amountMinor: 100n }));
  return placed.map(({ bet }) => bet);
}

/** All behind the first fence of an event that is known. */
export async function placeBehindOne(
  { run }: OpenStore,
  eventId: string,
  count: number,
): Promise<void> {
  await times(count, 16, () =>
    run(async ({ store, now, newBetId }) => {
      const bet = { id: newBetId(now()), eventId, amountMinor: 100n, placedAt: now() };
      expect(await store.bets.insert({ bet, fences: 1 })).toEqual({ kind: 'inserted' });
    }),
  );
}

/** Another process lists an event and gives it four fences. */
export async function admitWithFour({ run }: OpenStore, eventId: string): Promise<EventRecord> {
  return run(async ({ store, now }) => {
    const event = await store.events.widen(await store.events.enlist(eventId, now()), 4);
    if (event === undefined) throw new Error('The event is not there.');
    await store.fences.create(event, 0);
    return event;
  });
}

/** All pages from the first to the last. */
export async function walk({ run }: OpenStore, request: ListRequest): Promise<Bet[][]> {
  const pages: Bet[][] = [];
  let before: string | undefined;
  do {
    const page = await run(listBets, { ...request, before });
    pages.push(page.bets);
    before = page.next;
  } while (before !== undefined);
  return pages;
}

/** All pages of the events from the first to the last. */
export async function walkEvents(
  { run }: OpenStore,
  request: ListEventsRequest,
): Promise<EventReport[][]> {
  const pages: EventReport[][] = [];
  let before: string | undefined;
  do {
    const page = await run(listEvents, { ...request, before });
    pages.push(page.events);
    before = page.next;
  } while (before !== undefined);
  return pages;
}

export function newestFirst(bets: readonly Bet[]): Bet[] {
  return bets.toSorted((one, other) => (one.id < other.id ? 1 : -1));
}
