import { createHash } from 'node:crypto';
import { decodeCursor, encodeCursor } from './cursor.ts';

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

describe('encodeCursor', () => {
  it('is the id and a check of it, as text of a fixed length', () => {
    expect(encodeCursor(ID, undefined)).toBe(cursorOf(BYTES));
    expect(encodeCursor(ID, 'sr:match:42')).toBe(cursorOf(BYTES, 'sr:match:42'));
    expect(encodeCursor(ID, undefined)).toHaveLength(30);
  });
});

describe('decodeCursor', () => {
  it.each([
    ['a UUID of another version', BYTES.replace('7000', '4000')],
    ['what is no UUID', 'ff'.repeat(16)],
    ['the nil UUID', '00'.repeat(16)],
  ])('refuses %s although its check is right', (_case, hex) => {
    expect(decodeCursor(cursorOf(hex), undefined)).toBeUndefined();
  });

  it('refuses other spellings of the same bytes', () => {
    const cursor = encodeCursor(ID, undefined);

    expect(decodeCursor(`${cursor}==`, undefined)).toBeUndefined();
    expect(decodeCursor(` ${cursor}`, undefined)).toBeUndefined();
    expect(decodeCursor(`${cursor.slice(0, 5)}\n${cursor.slice(5)}`, undefined)).toBeUndefined();
  });
});
