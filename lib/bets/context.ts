import type { BetId } from './ids.ts';
import { unavailable } from './errors.ts';
import type { Verdict } from './event.ts';
import type { KnownEvents } from './knownEvents.ts';
import type { BetStore } from './store.ts';
import type { SweepReport } from './sweep.ts';

/** Time as the service sees it; a simulation supplies its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `milliseconds`, or at once when `signal` aborts. Never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  deadline(milliseconds: number): Deadline;
}

/** Aborts its signal when the time is over. Disposing of it earlier leaves nothing behind. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
}

/** How to wait before a retry, within one deadline. */
export interface Wait {
  /** Aborts when the deadline is over. */
  signal: AbortSignal;
  /** Resolves after `milliseconds`, or at once when the deadline is over. Never rejects. */
  sleep: (milliseconds: number) => Promise<void>;
  /** Evenly spread over [0, 1). */
  random: () => number;
}

/** What a use case needs from outside, for one request: everything ends by its deadline. */
export interface Context extends Wait {
  store: BetStore;
  observer: Observer;
  known: KnownEvents;
  /** Milliseconds since the epoch. */
  now: () => number;
  newBetId: (placedAt: number) => BetId;
  newDecisionId: () => string;
  /** How long a PUT may store statuses before it answers, in milliseconds. */
  sweepBudgetMs: number;
  /** Runs a task whose deadline is over after `milliseconds` at the latest. */
  within<Result>(milliseconds: number, task: Task<Result>): Promise<Result>;
}

/** What `promise` becomes, unless the deadline is over before: then throws `unavailable`. */
export async function untilAborted<Result>(
  signal: AbortSignal,
  promise: Promise<Result>,
): Promise<Result> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(unavailable('The store did not answer in time; try again.'));
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([promise, over]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

export type Task<Result> = (context: Context) => Promise<Result>;

/**
 * Told of the domain's facts as they happen, for those who watch the service. Never throws. It sees
 * what one process sees: nobody may be told of a fact whose reply was lost, and both of two
 * sweepers are told of a fact that both found.
 */
export interface Observer {
  betPlaced(amountMinor: bigint): void;
  /** A request repeated an earlier one with its key. */
  betReplayed(): void;
  /** The event has a result, or the key was used for another bet. */
  betRefused(): void;
  /** A try at placing a bet met another writer. */
  placeConflicted(): void;
  /** A result was put in force. */
  settlementBegun(eventId: string, verdict: Verdict): void;
  /** All bets of an event are stored with the result in force. */
  settlementFinished(): void;
  /** A result was stored on so many bets that had an older one. */
  betsSettled(count: number): void;
  /** A sweep ended before all was done: another one goes on. */
  sweepUnfinished(report: SweepReport): void;
  /** A settlement cannot end: two runs saw that its counts do not match its bets. */
  settlementTorn(report: SweepReport): void;
  /** The item of an event with a settlement is not what it must be: the settlement cannot end. */
  eventUnreadable(eventId: string, cause: unknown): void;
  /** How many settlements a run found that cannot end, and how many went on while none moved. */
  runEnded(torn: number, stalled: number): void;
  /**
   * Settlements that go on, without those set aside, and for how long the oldest has, in
   * milliseconds; 0 without any.
   */
  unfinishedFound(count: number, oldestAgeMs: number): void;
  /** A request or a run is over: what was told can be passed on. */
  flush(): void;
}
