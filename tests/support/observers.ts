import type { Observer } from '../../lib/bets/context.ts';

/** For those whom nobody watches. */
export const silentObserver: Observer = {
  betPlaced() {},
  betReplayed() {},
  betRefused() {},
  placeConflicted() {},
  settlementBegun() {},
  settlementFinished() {},
  betsSettled() {},
  unfinishedFound() {},
  sweepUnfinished() {},
  settlementTorn() {},
  eventUnreadable() {},
  runEnded() {},
  flush() {},
};

/** Remembers what it is told, in order: each fact's name and what came with it. */
export function recordingObserver(): { observer: Observer; told: unknown[][] } {
  const told: unknown[][] = [];
  const names = Object.keys(silentObserver);
  const entries = names.map((name) => [name, (...of: unknown[]) => void told.push([name, ...of])]);
  return { observer: Object.fromEntries(entries), told };
}
