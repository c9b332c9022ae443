import { backoffMs } from './clock.ts';
import type { Dependencies } from './dependencies.ts';
import { BetError } from './errors.ts';
import type { Fence } from './event.ts';
import type { BetId } from './ids.ts';
import { STORE_RESULT_BATCH, type StoredResult } from './store.ts';

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
  /** Bets met so far that are stored at the version or above. Ids only rise, so none counts twice. */
  settled: number;
  /** How many walks over this fence there have been. */
  count: number;
  ended: boolean;
}

/**
 * Brings the stored status of every bet on an event to the result in force, and then says so on the
 * event. A fence is done when as many bets as it counted are at the version or above; it is marked so
 * unless the event is finished right after it. Sweepers may work side by side and may stop anywhere.
 * True when all is done; false when `signal` ended it, the store failed, or the index lags behind:
 * another sweep goes on from the fences that are marked.
 */
export async function sweep(
  deps: Dependencies,
  eventId: string,
  result: StoredResult,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const fences = await deps.store.findFences(eventId, signal);
    const open = fences.filter((fence) => fence.placed > 0 && fence.sweptVersion < result.version);
    const groups = groupsOf(open);
    let complete = true;
    for (const [index, group] of groups.entries()) {
      const isLast = complete && index === groups.length - 1;
      const swept = await sweepFences(deps, eventId, group, result, isLast, signal);
      if (signal.aborted) return false;
      complete &&= swept;
    }
    if (!complete) return false;
    await deps.store.finishSettlement(eventId, result.version, signal);
    deps.observer.settlementFinished();
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
  deps: Dependencies,
  eventId: string,
  fences: readonly Fence[],
  result: StoredResult,
  isLast: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  let walks = fences.map((fence) => newWalk(fence, 1));
  while (walks.length > 0) {
    await advance(deps, eventId, walks, result, signal);
    const ended = walks.filter((walk) => walk.ended);
    const done = ended.filter((walk) => walk.settled >= walk.fence.placed);
    // The event's end says it of all its fences in one write.
    if (isLast && done.length === walks.length) return true;
    await Promise.all(
      done.map((walk) =>
        deps.store.markFenceSwept({ eventId, fence: walk.fence.number }, result.version, signal),
      ),
    );
    const behind = ended.filter((walk) => walk.settled < walk.fence.placed);
    const lagging = Math.max(0, ...behind.map((walk) => walk.count));
    if (signal.aborted || lagging >= MAX_WALKS) return false;
    if (lagging > 0) await deps.clock.sleep(backoffMs(LAG_BACKOFF, lagging, deps.random()), signal);
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
  { store, observer }: Dependencies,
  eventId: string,
  walks: readonly Walk[],
  result: StoredResult,
  signal: AbortSignal,
): Promise<void> {
  const walkOf = new Map<BetId, Walk>();
  await Promise.all(
    walks.map(async (walk) => {
      const behind = { eventId, fence: walk.fence.number };
      const page = await store.oldestBetIds(behind, walk.after, IDS_AT_ONCE, signal);
      for (const id of page.items) walkOf.set(id, walk);
      walk.after = page.items.at(-1) ?? walk.after;
      walk.ended = page.end;
    }),
  );
  const batches = batchesOf([...walkOf.keys()], STORE_RESULT_BATCH);
  const worker = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const stored = await store.storeResult(batch, result, signal);
      observer.betsSettled(stored.length);
      for (const id of stored) {
        const walk = walkOf.get(id);
        if (walk !== undefined) walk.settled += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, worker));
}

function batchesOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
