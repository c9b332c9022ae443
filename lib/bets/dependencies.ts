import type { Clock } from './clock.ts';
import type { BetId } from './ids.ts';
import type { BetStore } from './store.ts';

/**
 * Told of the domain's facts as they happen, for those who watch the service. Never throws. It sees
 * what one process sees: of a fact whose reply was lost nobody may be told, of one that two sweepers
 * found both are.
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
  settlementBegun(): void;
  /** All bets of an event are stored with the result in force. */
  settlementFinished(): void;
  /** So many bets are stored with a result now; a sweep that begins again counts them again. */
  betsSettled(count: number): void;
  /** Settlements that go on, and for how long the oldest has, in milliseconds; 0 without any. */
  unfinishedFound(count: number, oldestAgeMs: number): void;
  /** A request or a run is over: what was told can be passed on. */
  flush(): void;
}

/** What the use cases need from outside. */
export interface Dependencies {
  store: BetStore;
  clock: Clock;
  observer: Observer;
  newBetId: (placedAt: number) => BetId;
  newDecisionId: () => string;
  /** Evenly spread over [0, 1). */
  random: () => number;
}
