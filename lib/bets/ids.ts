import { v7, validate, version } from 'uuid';

/** A UUID version 7 (RFC 9562 §5.7) in lower case, so ids sort by the time of placing. */
export type BetId = string;

/** The history is spread over this many partitions, so that it can be read strongly consistent. */
export const SHARDS: readonly string[] = '0123456789abcdef'.split('');

const RANDOM_BYTES = 16;
/** For 256 ids at once: drawing the bytes of each costs more than all else about an id. */
const pool = new Uint8Array(256 * RANDOM_BYTES);
let used = pool.length;

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += RANDOM_BYTES;
  return pool.subarray(used - RANDOM_BYTES, used);
}

/** A new id for a bet placed at `placedAt` (milliseconds since the epoch). */
export function newBetId(placedAt: number): BetId {
  return v7({ msecs: placedAt, random: randomBytes() });
}

export function isBetId(text: string): boolean {
  return validate(text) && version(text) === 7 && text === text.toLowerCase();
}

/** The partition that a bet lives in: the last hex digit of its id, which is random. */
export function shardOf(id: BetId): string {
  return id.slice(-1);
}

/** Bets by their ids, and so by the time of placing: from `from` on, and below `before`. */
export interface BetRange {
  from?: BetId | undefined;
  before?: BetId | undefined;
}

/** Bits of an id after its time (RFC 9562 §5.7). */
const BITS_AFTER_TIME = 80n;

/**
 * Where the ids of the bets placed at `at` or later begin: above every earlier id. No bet has it.
 * `at` is in milliseconds since the epoch.
 */
export function firstIdAt(at: number): BetId {
  return idOf(BigInt(at) << BITS_AFTER_TIME);
}

/** The last text in the form of an id that sorts below `id`. */
export function lastIdBelow(id: BetId): BetId {
  return idOf(BigInt(`0x${id.replaceAll('-', '')}`) - 1n);
}

function idOf(value: bigint): BetId {
  const digits = value.toString(16).padStart(32, '0');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
