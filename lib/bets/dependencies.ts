import type { Clock } from './clock.ts';
import type { BetId } from './ids.ts';
import type { BetStore } from './store.ts';

/** What the use cases need from outside. */
export interface Dependencies {
  store: BetStore;
  clock: Clock;
  newBetId: (placedAt: number) => BetId;
  newDecisionId: () => string;
  /** Evenly spread over [0, 1). */
  random: () => number;
}
