import { createHash } from 'node:crypto';
import {
  decodeBetCursor,
  decodeEventCursor,
  encodeBetCursor,
  encodeEventCursor,
} from './cursor.ts';

const ID = '01900000-0000-7000-8000-00000000000a';
const BYTES = '0190000000007000800000000000000a';

/** A cursor made by hand: the id and the first six bytes of SHA-256 of it and the filter. */
function cursorOf(hex: string, event = ''): string {
  const id = Buffer.from(hex, 'hex');
  const check = createHash('sha256')
    .update(Buffer.concat([id, Buffer.from(event)]))
    .digest('hex');
  return Buffer.from(hex + check.slice(0, 12), 'hex').toString('base64url');
}

describe('encodeBetCursor', () => {
  it('is the id and a check of it, as text of a fixed length', () => {
    expect(encodeBetCursor(ID, undefined)).toBe(cursorOf(BYTES));
    expect(encodeBetCursor(ID, 'sr:match:42')).toBe(cursorOf(BYTES, 'sr:match:42'));
    expect(encodeBetCursor(ID, undefined)).toHaveLength(30);
  });
});

describe('decodeBetCursor', () => {
  it.each([
    ['a UUID of another version', BYTES.replace('7000', '4000')],
    ['what is no UUID', 'ff'.repeat(16)],
    ['the nil UUID', '00'.repeat(16)],
  ])('refuses %s although its check is right', (_case, hex) => {
    expect(decodeBetCursor(cursorOf(hex), undefined)).toBeUndefined();
  });

  it('refuses other spellings of the same bytes', () => {
    const cursor = encodeBetCursor(ID, undefined);

    expect(decodeBetCursor(`${cursor}==`, undefined)).toBeUndefined();
    expect(decodeBetCursor(` ${cursor}`, undefined)).toBeUndefined();
    expect(decodeBetCursor(`${cursor.slice(0, 5)}\n${cursor.slice(5)}`, undefined)).toBeUndefined();
  });
});

/** A cursor made by hand from any text and filter. */
function textCursorOf(text: string, filter: string): string {
  const check = createHash('sha256')
    .update(text + filter)
    .digest()
    .subarray(0, 6);
  return Buffer.concat([Buffer.from(text), check]).toString('base64url');
}

const ACTIVITY = '2026-11-22T12:00:00.000Z sr:match:42';

describe('a cursor of events', () => {
  it('is the activity and a check of it and the state', () => {
    expect(encodeEventCursor(ACTIVITY, undefined)).toBe(textCursorOf(ACTIVITY, 'events '));
    expect(encodeEventCursor(ACTIVITY, 'open')).toBe(textCursorOf(ACTIVITY, 'events open'));
    expect(decodeEventCursor(encodeEventCursor(ACTIVITY, 'open'), 'open')).toBe(ACTIVITY);
  });

  it('is refused for another state, and as a cursor of bets', () => {
    const cursor = encodeEventCursor(ACTIVITY, 'open');

    expect(decodeEventCursor(cursor, undefined)).toBeUndefined();
    expect(decodeEventCursor(cursor, 'settled')).toBeUndefined();
    expect(decodeBetCursor(cursor, undefined)).toBeUndefined();
    expect(decodeEventCursor(encodeBetCursor(ID, undefined), undefined)).toBeUndefined();
  });

  it.each(['', 'noon sr:match:42', '2026-11-22T12:00:00.000Z', '2026-11-22T12:00:00.000Z a b'])(
    'is refused with the place %p although its check is right',
    (text) => {
      expect(decodeEventCursor(textCursorOf(text, 'events '), undefined)).toBeUndefined();
    },
  );
});
