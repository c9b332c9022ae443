import pLimit from 'p-limit';
import type { Context } from './context.ts';
import { BetError } from './errors.ts';
import type { Fence } from './event.ts';
import type { BetId } from './ids.ts';
import { backoffMs } from './retry.ts';
import { batchesOf, type FencedEvent, STORE_RESULT_BATCH, type StoredResult } from './store.ts';

/** Ids read from one fence at once, and from all the fences that are swept side by side. */
const IDS_AT_ONCE = 500;
const IDS_IN_MEMORY = 4_000;
/** Batches on their way at once. */
const BATCHES_AT_ONCE = 8;
/** Walks over a fence whose index lags behind its count, before it is left to the next run. */
const MAX_WALKS = 6;
const LAG_BACKOFF = { baseMs: 50, capMs: 2_000 };

/** One walk over the ids behind a fence. */
interface Walk {
  fence: Fence;
  after: BetId | undefined;
  /** Bets met that are stored at the version or above. Ids only rise, so none counts twice. */
  settled: number;
  /** How many walks over this fence there have been. */
  count: number;
  ended: boolean;
}

/**
 * Brings the stored status of every bet on an event to the result in force, and then says so on the
 * event. A fence is done when as many bets as it counted are at the version or above; it is marked
 * so unless the event is finished right after it. Sweepers may work side by side and may stop
 * anywhere. True when all is done. False when the time is over, the store failed, or the index lags
 * behind: another sweep goes on from the fences that are marked.
 */
export async function sweep(
  context: Context,
  event: FencedEvent,
  result: StoredResult,
): Promise<boolean> {
  const { store, observer, signal } = context;
  const { eventId } = event;
  try {
    const fences = (await store.fences.find([event])).get(eventId) ?? [];
    const open = fences.filter((fence) => fence.placed > 0 && fence.sweptVersion < result.version);
    const groups = groupsOf(open);
    let complete = true;
    for (const [index, group] of groups.entries()) {
      const isLast = complete && index === groups.length - 1;
      const swept = await sweepFences(context, eventId, group, result, isLast);
      if (signal.aborted) return false;
      complete &&= swept;
    }
    if (!complete) return false;
    await store.events.finishSettlement(eventId, result.version);
    observer.settlementFinished();
    return true;
  } catch (error) {
    if (error instanceof BetError && error.code === 'unavailable') return false;
    throw error;
  }
}

/** Fences to sweep side by side: many that hold few bets, or few that hold many. */
function groupsOf(fences: readonly Fence[]): Fence[][] {
  const groups: Fence[][] = [];
  let room = 0;
  for (const fence of fences) {
    const ids = Math.min(fence.placed, IDS_AT_ONCE);
    if (ids > room) {
      groups.push([]);
      room = IDS_IN_MEMORY;
    }
    groups.at(-1)?.push(fence);
    room -= ids;
  }
  return groups;
}

/** `isLast`: when all of these are done, so is the event. */
async function sweepFences(
  context: Context,
  eventId: string,
  fences: readonly Fence[],
  result: StoredResult,
  isLast: boolean,
): Promise<boolean> {
  const { store, signal } = context;
  let walks = fences.map((fence) => newWalk(fence, 1));
  while (walks.length > 0) {
    await advance(context, eventId, walks, result);
    const ended = walks.filter((walk) => walk.ended);
    const done = ended.filter((walk) => walk.settled >= walk.fence.placed);
    // The event's end says it of all its fences in one write.
    if (isLast && done.length === walks.length) return true;
    const behindDone = done.map(({ fence }) => ({ eventId, fence: fence.number }));
    await Promise.all(behindDone.map((each) => store.fences.markSwept(each, result.version)));
    const behind = ended.filter((walk) => walk.settled < walk.fence.placed);
    const lagging = Math.max(0, ...behind.map((walk) => walk.count));
    if (signal.aborted || lagging >= MAX_WALKS) return false;
    if (lagging > 0) await context.sleep(backoffMs(LAG_BACKOFF, lagging, context.random()));
    const again = behind.map(({ fence, count }) => newWalk(fence, count + 1));
    walks = [...walks.filter((walk) => !walk.ended), ...again];
  }
  return true;
}

function newWalk(fence: Fence, count: number): Walk {
  return { fence, after: undefined, settled: 0, count, ended: false };
}

/** Each walk one page further, the pages of all walks stored in full batches. */
async function advance(
  { store, observer }: Context,
  eventId: string,
  walks: readonly Walk[],
  result: StoredResult,
): Promise<void> {
  const walkOf = new Map<BetId, Walk>();
  await Promise.all(
    walks.map(async (walk) => {
      const behind = { eventId, fence: walk.fence.number };
      const page = await store.bets.oldestIds(behind, walk.after, IDS_AT_ONCE);
      for (const id of page.items) walkOf.set(id, walk);
      walk.after = page.items.at(-1) ?? walk.after;
      walk.ended = page.end;
    }),
  );
  const inTurn = pLimit(BATCHES_AT_ONCE);
  await inTurn.map(batchesOf([...walkOf.keys()], STORE_RESULT_BATCH), async (batch) => {
    const stored = await store.bets.storeResult(batch, result);
    observer.betsSettled(stored.length);
    for (const id of stored) {
      const walk = walkOf.get(id);
      if (walk !== undefined) walk.settled += 1;
    }
  });
}
