import { createHash } from 'node:crypto';
import { parse, stringify } from 'uuid';
import { type BetId, isBetId } from '../bets/ids.ts';
import { type Activity, type EventState, isActivity } from '../bets/event.ts';

const CHECK_BYTES = 6;

/** Tells a cursor of ours, for this very filter, from one that was cut, mixed up or made up. */
function checkOf(place: Uint8Array, filter: string): Buffer {
  return createHash('sha256').update(place).update(filter).digest().subarray(0, CHECK_BYTES);
}

/** An opaque place in a list, as text of the URL-safe alphabet. */
function seal(place: Uint8Array, filter: string): string {
  return Buffer.concat([place, checkOf(place, filter)]).toString('base64url');
}

/** The place that a cursor holds; undefined for a cursor that is not ours or of another filter. */
function open(cursor: string, filter: string): Buffer | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Decoding passes over what is not in the alphabet; encoding again shows whether there was any.
  if (bytes.length <= CHECK_BYTES || bytes.toString('base64url') !== cursor) return undefined;
  const place = bytes.subarray(0, -CHECK_BYTES);
  return checkOf(place, filter).equals(bytes.subarray(-CHECK_BYTES)) ? place : undefined;
}

/** The place in the history, or in that of one event, just below the bet `before`. */
export function encodeBetCursor(before: BetId, eventId: string | undefined): string {
  return seal(parse(before), eventId ?? '');
}

export function decodeBetCursor(cursor: string, eventId: string | undefined): BetId | undefined {
  const id = open(cursor, eventId ?? '');
  const text = id === undefined ? '' : uuidText(id);
  return isBetId(text) ? text : undefined;
}

function uuidText(bytes: Uint8Array): string {
  try {
    return stringify(bytes);
  } catch {
    return '';
  }
}

/** No event id has a space, so that no cursor of bets passes for one of events. */
const eventFilter = (state: EventState | undefined): string => `events ${state ?? ''}`;

/** The place among the events, or those in one state, just below the activity `before`. */
export function encodeEventCursor(before: Activity, state: EventState | undefined): string {
  return seal(Buffer.from(before), eventFilter(state));
}

export function decodeEventCursor(
  cursor: string,
  state: EventState | undefined,
): Activity | undefined {
  const text = open(cursor, eventFilter(state))?.toString() ?? '';
  return isActivity(text) ? text : undefined;
}
