import type { PlacedBet, Result } from './bet.ts';
import type { Decision, EventRecord, Fence, ListKey, Settlement } from './event.ts';
import type { BetId, BetRange } from './ids.ts';

/** What a client's idempotency key stands for. */
export interface IdempotencyRecord {
  key: string;
  betId: BetId;
  /** Tells whether two requests with one key are the same request. */
  requestHash: string;
}

/** A bet to be stored. */
export interface Placement {
  bet: PlacedBet;
  /** How many fences its event is known to have: it goes behind one of them. */
  fences: number;
  record?: IdempotencyRecord | undefined;
}

/** Why a bet was not inserted, or that it was. Nothing of it is stored unless it was inserted. */
export type InsertResult =
  | { kind: 'inserted' }
  /** This very bet is there: an earlier try landed. */
  | { kind: 'bet-exists' }
  | { kind: 'key-taken'; record: IdempotencyRecord }
  /** `triedBefore`: an earlier try of this call, whose reply was lost, may still land. */
  | { kind: 'fence-closed'; triedBefore: boolean }
  /** The event has fewer fences than it was said to have: the store is not the same any more. */
  | { kind: 'fence-missing' }
  /** Somebody else was writing to the same fence or key. */
  | { kind: 'contended' };

export interface Page<Item> {
  items: Item[];
  /** Whether nothing lies beyond this page. */
  end: boolean;
}

export interface BetsBehindFence {
  eventId: string;
  fence: number;
}

/** A result to store on bets that have an older one. */
export interface StoredResult extends Result {
  version: number;
}

/** Bets that have a result or a newer one: those it was stored on, and those met with it. */
interface ResultStored {
  stored: BetId[];
  met: BetId[];
}

/** Hears of an event whose item is not what it must be, and what is wrong with it. */
export type OnUnreadable = (eventId: string, cause: unknown) => void;

/** What a result is put over: version 0 before the first. */
export type Base = Pick<Settlement, 'version' | 'bets' | 'stakedMinor'>;

export type Order = 'newest-first' | 'oldest-first';

/** An event as the list of events has it. */
export type ListedEvent = Pick<EventRecord, 'eventId' | 'listKey'>;

/** An event and the number of its fences. */
export type FencedEvent = Pick<EventRecord, 'eventId' | 'fences'>;

/**
 * Where bets are kept, for one request. Reads see every write that was acknowledged before them,
 * except those that read an index. Every call ends by the request's deadline. A call that the store
 * cannot carry out now throws `BetError('unavailable')`, and may or may not have had its effect.
 */
export interface BetStore {
  bets: Bets;
  fences: Fences;
  events: Events;
  /** Throws `not-ready` when the store is known to have another layout. By one read. */
  checkLayout(): Promise<void>;
  /** Throws `not-ready`, and says why, when a table or an index is not as it must be. */
  verifyLayout(): Promise<void>;
}

export interface Bets {
  /** Bet, count and key are stored together or not at all, with those of others if many wait. */
  insert(placement: Placement): Promise<InsertResult>;
  /** Those that exist of at most 1001 (a page and one more), in no order. */
  find(ids: readonly BetId[]): Promise<PlacedBet[]>;
  /** At one instant, and as no write that is under way will change them: waits for one that is. */
  findPlaced(
    id: BetId | undefined,
    key: string | undefined,
  ): Promise<{ bet?: PlacedBet; record?: IdempotencyRecord }>;
  /** One shard's bets in a range, newest first; at most `max`. */
  newest(shard: string, range: BetRange, max: number): Promise<Page<PlacedBet>>;
  /** From the index, which may lag: the ids behind a fence in a range, newest first. */
  newestIds(behind: BetsBehindFence, range: BetRange, max: number): Promise<Page<BetId>>;
  /** From the index, which may lag: the ids behind a fence, oldest first, newer than `after`. */
  oldestIds(behind: BetsBehindFence, after: BetId | undefined, max: number): Promise<Page<BetId>>;
  /** Stores a result on those of at most 25 bets that have an older one. */
  storeResult(ids: readonly BetId[], result: StoredResult): Promise<ResultStored>;
}

export interface Fences {
  /** Makes an event's fences from number `from` on, as far as they are missing. */
  create(event: FencedEvent, from: number): Promise<void>;
  /** Those fences of each event that exist, by the event's id. At most 100 events. */
  find(events: readonly FencedEvent[]): Promise<Map<string, Fence[]>>;
  /** The same, but undefined while a bet is on its way to one of them. */
  findAtRest(events: readonly FencedEvent[]): Promise<Map<string, Fence[]> | undefined>;
  /**
   * Closes all fences of an event whose number of fences is final. When this returns no bet can be
   * placed on it any more; the fences' counts are final.
   */
  close(event: FencedEvent, closedAt: number): Promise<Fence[]>;
  markSwept(behind: BetsBehindFence, version: number): Promise<void>;
}

export interface Events {
  /**
   * Those of at most 100 events of which something is stored, by id. One that cannot be read fails
   * all, and is named, unless there is `onUnreadable`, which hears of it instead.
   */
  find(eventIds: readonly string[], onUnreadable?: OnUnreadable): Promise<Map<string, EventRecord>>;
  /** The results in force on at most 1000 events, by id. */
  findResults(eventIds: readonly string[]): Promise<Map<string, Result>>;
  /**
   * Lists an event that was not found, and gives it its first fence's number. `at` is when, in
   * milliseconds since the epoch. What somebody else has stored of it meanwhile stays.
   */
  enlist(eventId: string, at: number): Promise<EventRecord>;
  /**
   * Gives an event that takes bets more fences than `fences`; they are not made by this. The event
   * as it is then: with another number if it has another one already.
   */
  widen(event: FencedEvent, to: number): Promise<EventRecord | undefined>;
  /**
   * One shard of the list of events, newest first, beyond `before`. May have an event twice: the
   * entry is true that has the list key of the event.
   */
  listed(shard: string, before: ListKey | undefined, max: number): Promise<Page<ListedEvent>>;
  /** From an index, which may lag: those of a shard with a result, or without one. */
  listedBy(
    has: 'no-result' | 'result',
    ...page: Parameters<Events['listed']>
  ): Promise<Page<ListedEvent>>;
  /** The event as it is with the intent; undefined when a result is in force already. */
  noteIntent(eventId: string, intent: Decision): Promise<EventRecord | undefined>;
  /** Compare and set: undefined when the event is not at version `from.version` any more. */
  putInForce(eventId: string, decision: Decision, from: Base): Promise<Settlement | undefined>;
  /** Notes since when it cannot end. No effect when it is noted, or at another version by now. */
  setAside(eventId: string, version: number, at: number): Promise<void>;
  /** No effect when the event has another version by now. */
  finishSettlement(eventId: string, version: number): Promise<void>;
  /** From an index, which may lag: events whose settlement goes on, newest or oldest first. */
  unfinished(order: Order, beyond: ListKey | undefined, max: number): Promise<Page<ListedEvent>>;
}

/** Ids in one `storeResult` call (`BatchExecuteStatement` takes as many statements). */
export const STORE_RESULT_BATCH = 25;

/** All items in order, at most `size` at once. */
export function batchesOf<Item>(items: readonly Item[], size: number): Item[][] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.slice(start, start + size));
}
