import { createHash } from 'node:crypto';
import type { Mending } from '../../lib/dynamodb/wholeTables.ts';
import type { TableName } from '../../lib/dynamodb/tables.ts';

/** Every kind of violation that is looked for, with what to do about it. */
export const KINDS = {
  'unreadable-item': 'Compare the item with a backup; this command does not guess what it was.',
  'other-layout': 'Take the version of this command that came with the version of the service.',
  'index-missing': 'Add the index to the table before the service runs on it.',
  'index-differs': 'If the service is stopped and it stays: restore the table, with its indexes.',
  'bet-misplaced': 'Nobody finds it there: compare it with a backup.',
  'bet-result': 'Readers are not affected. --repair stores the result of its event with it.',
  'bet-left-behind': 'Readers are not affected. --repair stores the result of its event with it.',
  'event-missing': 'Its bets are in no list of events. --repair enlists it, without a result.',
  'event-history': 'Compare the event with a backup, then settle it again.',
  'event-state': '--repair writes what its result and its intent say.',
  'event-count': '--repair counts the bets on it and writes that.',
  'event-not-listed': '--repair puts its entry into the list of events.',
  'entry-misplaced': 'Compare the entry with a backup.',
  'fence-count': '--repair counts the bets behind it and writes that.',
  'fence-missing': '--repair makes it, with the bets behind it.',
  'fence-beyond-number': '--repair gives the event as many fences as there are.',
  'fence-open': 'The event may take late bets. --repair closes it.',
  'fence-closed': 'The event takes no bets though it has no result. --repair opens it.',
  'fence-swept': '--repair lets the settlement go over its bets again.',
  'key-without-bet': 'A retry with this key fails. --repair deletes it, so that a retry is a bet.',
  'key-of-another-bet': 'Compare key and bet with a backup, and ask who sent the key.',
  'two-keys-of-a-bet':
    'One was written past the service: ask who sent which, and delete the other.',
} as const satisfies Record<string, string>;
export type Kind = keyof typeof KINDS;

/** What is wrong, where, and what would mend it. */
export interface Violation {
  kind: Kind;
  table: TableName;
  /** The key of the item, or that of one that should be there. */
  key: Record<string, unknown>;
  /** What is wrong with it. */
  detail: string;
  /** In the order in which they are to happen. */
  mendings?: Mending[];
}

export const FENCE_NUMBERS = [1, 4, 16, 64] as const;

/** The part of a list that an event is in: the first hex digit of SHA-256 of its id. */
export function shardOf(eventId: string): string {
  return createHash('sha256').update(eventId, 'utf8').digest('hex').charAt(0);
}

/** What a key's record says of the bet that it stands for. */
export function requestHashOf(eventId: string, amountMinor: bigint): string {
  return createHash('sha256').update(`${eventId} ${amountMinor}`, 'utf8').digest('base64url');
}
