import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { Bet } from '../../lib/bets/bet.ts';
import type { EventReport } from '../../lib/bets/event.ts';
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

/** All behind the first fence. */
export async function placeBehindOne(
  { run }: OpenStore,
  eventId: string,
  count: number,
): Promise<void> {
  await times(count, 16, () =>
    run((context) => placeBet({ ...context, random: () => 0 }, { eventId, amountMinor: 100n })),
  );
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
