import type * as z from 'zod';
import type { Outcome } from '../../lib/bets/bet.ts';
import type { betBody, eventBody } from '../../lib/http/bodies.ts';
import type { Violation } from './promises.ts';

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

/** The version that `If-Match` names, or that there must be a result. */
export type Condition = number | '*' | undefined;

export interface PutRequest extends Request {
  event: string;
  outcome: Outcome;
  ifVersion: Condition;
  answer?: EventJson;
  /** Batches of stored statuses that were sent before the answer. */
  statements: number;
}

interface EventRead extends Request {
  event: string;
  answer?: EventJson;
}

/** One response with bets, of a listing or of a single one. */
export interface BetsRead extends Interval {
  bets: BetJson[];
}

/** What a list is asked for on each of its pages. */
export type Query = Record<string, string>;

/** All pages of a list, from the newest to the oldest. */
export interface Walk<Item> extends Interval {
  /** Without a cursor. */
  query: Query;
  pages: Item[][];
}

export interface History {
  wishes: Wish[];
  puts: PutRequest[];
  eventReads: EventRead[];
  betsReads: BetsRead[];
  walks: Walk<BetJson>[];
  eventWalks: Walk<EventJson>[];
  /** Lists that were walked when nothing happened and nothing lagged any more. */
  restingWalks: Walk<BetJson>[];
  restingEventWalks: Walk<EventJson>[];
  /** Answers that are wrong by themselves, or by what was stored when they came. */
  faults: Violation[];
}

export function emptyHistory(): History {
  return {
    wishes: [],
    puts: [],
    eventReads: [],
    betsReads: [],
    walks: [],
    eventWalks: [],
    restingWalks: [],
    restingEventWalks: [],
    faults: [],
  };
}

/** Remembers what was asked so far; the function forgets all since, but what was wrong. */
export function mark(history: History): () => void {
  const { wishes, puts, eventReads, betsReads, walks, eventWalks } = history;
  const lists = [wishes, puts, eventReads, betsReads, walks, eventWalks];
  const lengths = lists.map(({ length }) => length);
  return () => {
    for (const [index, list] of lists.entries()) list.length = lengths[index] ?? 0;
  };
}
