import { randomUUID } from 'node:crypto';
import type { Dependencies } from '../../lib/bets/context.ts';
import type { Bet } from '../../lib/bets/bet.ts';
import type { EventReport } from '../../lib/bets/event.ts';
import { listEvents, type ListEventsRequest } from '../../lib/bets/listEvents.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { type ListRequest, listBets } from '../../lib/bets/readBets.ts';

/** A signal that does not abort. */
export const never: AbortSignal = new AbortController().signal;

/** The id of an event that no other test uses. */
export function newEvent(): string {
  return `event:${randomUUID()}`;
}

/** Runs `task` for each index below `count`, `width` at a time. */
export async function times<Result>(
  count: number,
  width: number,
  task: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await task(index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

export async function placeMany(
  deps: Dependencies,
  eventId: string,
  count: number,
): Promise<Bet[]> {
  const placed = await times(count, 16, () =>
    placeBet(deps, { eventId, amountMinor: 100n }, never),
  );
  return placed.map(({ bet }) => bet);
}

/** All pages from the first to the last. */
export async function walk(deps: Dependencies, request: ListRequest): Promise<Bet[][]> {
  const pages: Bet[][] = [];
  let before: string | undefined;
  do {
    const page = await listBets(deps, { ...request, before }, never);
    pages.push(page.bets);
    before = page.next;
  } while (before !== undefined);
  return pages;
}

/** All pages of the events from the first to the last. */
export async function walkEvents(
  deps: Dependencies,
  request: ListEventsRequest,
): Promise<EventReport[][]> {
  const pages: EventReport[][] = [];
  let before: string | undefined;
  do {
    const page = await listEvents(deps, { ...request, before }, never);
    pages.push(page.events);
    before = page.next;
  } while (before !== undefined);
  return pages;
}

export function newestFirst(bets: readonly Bet[]): Bet[] {
  return bets.toSorted((one, other) => (one.id < other.id ? 1 : -1));
}
