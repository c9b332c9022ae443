import pLimit from 'p-limit';
import type { Context } from './context.ts';
import { BetError } from './errors.ts';
import { type Fence, type Settlement, totalsOf } from './event.ts';
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
  /** The most that any walk over this fence has met. */
  known: number;
}

/** A result in force, and how many bets there were when its event was closed. */
type SweptResult = StoredResult & Pick<Settlement, 'bets'>;

/** How a sweep has ended. */
export interface SweepReport extends Pick<SweptResult, 'version' | 'bets'> {
  eventId: string;
  /**
   * `counts-differ`: the index shows other bets than the fences counted, or the fences counted
   * others than when they were closed. An index that lags behind looks like that for a while.
   */
  end: 'finished' | 'out-of-time' | 'store-failed' | 'counts-differ' | 'failed';
  /** Of the bets, how many are known to be stored with the result; how many by this sweep. */
  settled: number;
  stored: number;
  cause?: unknown;
}

/** What is swept, and how far that has come. */
interface Job {
  event: FencedEvent;
  result: SweptResult;
  maxWalks: number;
  settled: number;
  stored: number;
}

/**
 * Brings the stored status of every bet on an event to the result in force, and then says so on the
 * event. A fence is done when as many bets as it counted are at the version or above; it is marked
 * so unless the event is finished right after it. Sweepers may work side by side and may stop
 * anywhere: another sweep goes on from the fences that are marked. The observer is told of the end.
 */
export async function sweep(
  context: Context,
  event: FencedEvent,
  result: SweptResult,
  maxWalks = MAX_WALKS,
): Promise<SweepReport> {
  const { observer } = context;
  const job: Job = { event, result, maxWalks, settled: 0, stored: 0 };
  const ended = await sweepToEnd(context, job);
  const { version, bets } = result;
  const { settled, stored } = job;
  const report = { eventId: event.eventId, version, bets, settled, stored, ...ended };
  if (report.end === 'finished') observer.settlementFinished();
  else observer.sweepUnfinished(report);
  return report;
}

async function sweepToEnd(context: Context, job: Job): Promise<Pick<SweepReport, 'end' | 'cause'>> {
  const { store, signal } = context;
  const { event, result } = job;
  try {
    const complete = await sweepAll(context, job);
    if (!complete) return { end: signal.aborted ? 'out-of-time' : 'counts-differ' };
    await store.events.finishSettlement(event.eventId, result.version);
    return { end: 'finished' };
  } catch (cause) {
    if (!(cause instanceof BetError && cause.code === 'unavailable')) throw cause;
    return { end: signal.aborted ? 'out-of-time' : 'store-failed', cause };
  }
}

async function sweepAll(context: Context, job: Job): Promise<boolean> {
  const { store, signal } = context;
  const { event, result } = job;
  const fences = (await store.fences.find([event])).get(event.eventId) ?? [];
  const open = fences.filter((fence) => fence.placed > 0 && fence.sweptVersion < result.version);
  const { placed } = totalsOf(fences);
  job.settled = placed - totalsOf(open).placed;
  const groups = groupsOf(open);
  // Where a fence is missing or counts anew, the event must not be called finished.
  let complete = placed === result.bets;
  for (const [index, group] of groups.entries()) {
    const isLast = complete && index === groups.length - 1;
    const swept = await sweepFences(context, job, group, isLast);
    if (signal.aborted) return false;
    complete &&= swept;
  }
  return complete;
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
  job: Job,
  fences: readonly Fence[],
  isLast: boolean,
): Promise<boolean> {
  const { store, signal } = context;
  const { version } = job.result;
  const { eventId } = job.event;
  let walks = fences.map((fence) => newWalk(fence, 1));
  while (walks.length > 0) {
    await advance(context, job, walks);
    const ended = walks.filter((walk) => walk.ended);
    const done = ended.filter((walk) => walk.settled === walk.fence.placed);
    // The event's end says it of all its fences in one write.
    if (isLast && done.length === walks.length) return true;
    const behindDone = done.map(({ fence }) => ({ eventId, fence: fence.number }));
    await Promise.all(behindDone.map((each) => store.fences.markSwept(each, version)));
    const differ = ended.filter((walk) => walk.settled !== walk.fence.placed);
    const lagging = Math.max(0, ...differ.map((walk) => walk.count));
    if (signal.aborted || lagging >= job.maxWalks) return false;
    if (lagging > 0) await context.sleep(backoffMs(LAG_BACKOFF, lagging, context.random()));
    const again = differ.map(({ fence, count, known }) => newWalk(fence, count + 1, known));
    walks = [...walks.filter((walk) => !walk.ended), ...again];
  }
  return true;
}

function newWalk(fence: Fence, count: number, known = 0): Walk {
  return { fence, after: undefined, settled: 0, count, ended: false, known };
}

/** Each walk one page further, the pages of all walks stored in full batches. */
async function advance(
  { store, observer }: Context,
  job: Job,
  walks: readonly Walk[],
): Promise<void> {
  const { eventId } = job.event;
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
    const { stored, met } = await store.bets.storeResult(batch, job.result);
    if (stored.length > 0) observer.betsSettled(stored.length);
    job.stored += stored.length;
    for (const id of [...stored, ...met]) {
      const walk = walkOf.get(id);
      if (walk !== undefined) settle(job, walk);
    }
  });
}

/** One bet more. A walk that begins again counts its bets again, and the job does not. */
function settle(job: Job, walk: Walk): void {
  walk.settled += 1;
  if (walk.settled > walk.known) {
    walk.known = walk.settled;
    job.settled += 1;
  }
}
