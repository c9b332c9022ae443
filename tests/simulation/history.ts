import type * as z from 'zod';
import type { Outcome } from '../../lib/bets/bet.ts';
import type { betBody, eventBody } from '../../lib/http/bodies.ts';

/** What clients asked and were told; times in virtual milliseconds. */

export type BetJson = z.output<typeof betBody>;
export type EventJson = z.output<typeof eventBody>;

interface Interval {
  start: number;
  /** Infinity when no answer came. */
  end: number;
}

/** One request; 0 is the status of one that was not answered. */
export interface Request extends Interval {
  status: number;
}

export interface PlaceRequest extends Request {
  bet?: BetJson;
  replayed?: boolean;
}

/** A bet that a client wants: with a key it asks until it knows, without one it asks once. */
export interface Wish {
  event: string;
  /** No two wishes share an amount, so that a bet tells which wish it came from. */
  amount: string;
  key: string | undefined;
  requests: PlaceRequest[];
}

export interface PutRequest extends Request {
  event: string;
  outcome: Outcome;
  ifVersion: number | undefined;
  answer?: EventJson;
  /** Batches of stored statuses that were sent before the answer. */
  statements: number;
}

interface EventRead extends Request {
  event: string;
  answer?: EventJson;
}

/** One response with bets, of a listing or of a single one. */
interface BetsRead extends Interval {
  bets: BetJson[];
}

/** All pages of the history from the newest to the oldest bet. */
interface Walk extends Interval {
  bets: BetJson[];
}

export interface History {
  wishes: Wish[];
  puts: PutRequest[];
  eventReads: EventRead[];
  betsReads: BetsRead[];
  walks: Walk[];
  /** All events, listed at rest; undefined when that failed. */
  finalList: EventJson[] | undefined;
  /** Answers that nothing in the schedule explains, such as a 500. */
  unexplained: string[];
}

export function emptyHistory(): History {
  return {
    wishes: [],
    puts: [],
    eventReads: [],
    betsReads: [],
    walks: [],
    finalList: undefined,
    unexplained: [],
  };
}
