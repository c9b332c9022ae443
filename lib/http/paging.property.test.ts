import * as fc from 'fast-check';
import { isBetId, newBetId } from '../bets/ids.ts';
import { decodeBetCursor, encodeBetCursor } from './cursor.ts';

const betId = fc.nat({ max: 2 ** 48 - 1 }).map(newBetId);
const eventId = fc.stringMatching(/^[A-Za-z0-9._:~-]{1,128}$/);
const filter = fc.option(eventId, { nil: undefined });
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('cursors', () => {
  it('come back as the bet they were made of, and need no escaping in a URL', () => {
    fc.assert(
      fc.property(betId, filter, (id, event) => {
        const cursor = encodeBetCursor(id, event);

        expect(decodeBetCursor(cursor, event)).toBe(id);
        expect(encodeURIComponent(cursor)).toBe(cursor);
      }),
    );
  });

  it('are refused under another filter', () => {
    fc.assert(
      fc.property(betId, filter, filter, (id, event, other) => {
        fc.pre(event !== other);

        expect(decodeBetCursor(encodeBetCursor(id, event), other)).toBeUndefined();
      }),
    );
  });

  it('are refused when any character is changed', () => {
    const change = fc.record({
      at: fc.nat(),
      to: fc.oneof(
        fc.constantFrom(...ALPHABET.split('')),
        fc.string({ minLength: 1, maxLength: 1 }),
      ),
    });

    fc.assert(
      fc.property(betId, filter, change, (id, event, { at, to }) => {
        const cursor = encodeBetCursor(id, event);
        const place = at % cursor.length;
        const changed = cursor.slice(0, place) + to + cursor.slice(place + 1);
        fc.pre(changed !== cursor);

        expect(decodeBetCursor(changed, event)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('are refused when any part is cut off, doubled or added', () => {
    fc.assert(
      fc.property(betId, filter, fc.nat(), fc.string({ minLength: 1 }), (id, event, at, more) => {
        const cursor = encodeBetCursor(id, event);
        const place = at % cursor.length;
        const damaged = [
          cursor.slice(0, place),
          cursor.slice(place + 1),
          cursor.slice(0, place) + cursor.charAt(place) + cursor.slice(place),
          cursor + more,
          more + cursor,
          `${cursor}=`,
        ];

        expect(damaged.map((text) => decodeBetCursor(text, event))).toEqual(
          damaged.map(() => undefined),
        );
      }),
    );
  });

  it('never throw, and are a bet or nothing', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .uint8Array({ minLength: 22, maxLength: 22 })
        .map((b) => Buffer.from(b).toString('base64url')),
    );

    fc.assert(
      fc.property(text, filter, (cursor, event) => {
        const decoded = decodeBetCursor(cursor, event);

        expect(decoded === undefined || isBetId(decoded)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
