import { createHash } from 'node:crypto';
import { parse, stringify } from 'uuid';
import { type BetId, isBetId } from '../bets/ids.ts';

const ID_BYTES = 16;
const CHECK_BYTES = 6;

/** Tells a cursor of ours, for this very filter, from one that was cut, mixed up or made up. */
function checkOf(id: Uint8Array, eventId: string | undefined): Buffer {
  return createHash('sha256')
    .update(id)
    .update(eventId ?? '')
    .digest()
    .subarray(0, CHECK_BYTES);
}

/** An opaque place in the history, just below the bet `before`. Text of the URL-safe alphabet. */
export function encodeCursor(before: BetId, eventId: string | undefined): string {
  const id = parse(before);
  return Buffer.concat([id, checkOf(id, eventId)]).toString('base64url');
}

/** The bet that a cursor stands below; undefined for a cursor that is not ours or of another filter. */
export function decodeCursor(cursor: string, eventId: string | undefined): BetId | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Decoding passes over what is not in the alphabet; encoding again shows whether there was any.
  if (bytes.length !== ID_BYTES + CHECK_BYTES || bytes.toString('base64url') !== cursor)
    return undefined;
  const id = bytes.subarray(0, ID_BYTES);
  if (!checkOf(id, eventId).equals(bytes.subarray(ID_BYTES))) return undefined;
  const text = uuidText(id);
  return isBetId(text) ? text : undefined;
}

function uuidText(bytes: Uint8Array): string {
  try {
    return stringify(bytes);
  } catch {
    return '';
  }
}
