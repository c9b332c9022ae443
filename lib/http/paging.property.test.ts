import * as fc from 'fast-check';
import { openCursor, sealCursor } from './paging.ts';

const place = fc.uint8Array({ minLength: 1, maxLength: 40 });
const filter = fc.stringMatching(/^[A-Za-z0-9._:~ -]{0,128}$/);

describe('cursors', () => {
  it('come back as the place they were made of, and need no escaping in a URL', () => {
    fc.assert(
      fc.property(place, filter, (bytes, same) => {
        const cursor = sealCursor(bytes, same);

        expect(openCursor(cursor, same)).toEqual(Buffer.from(bytes));
        expect(encodeURIComponent(cursor)).toBe(cursor);
      }),
    );
  });

  it('are refused under another filter', () => {
    fc.assert(
      fc.property(place, filter, filter, (bytes, same, other) => {
        fc.pre(same !== other);

        expect(openCursor(sealCursor(bytes, same), other)).toBeUndefined();
      }),
    );
  });

  it('are refused when anything is changed, cut off, doubled or added', () => {
    const change = fc.record({
      at: fc.nat(),
      to: fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]$/), fc.string({ minLength: 1 })),
    });

    fc.assert(
      fc.property(place, filter, change, (bytes, same, { at, to }) => {
        const cursor = sealCursor(bytes, same);
        const cut = at % cursor.length;
        const [begin, end] = [cursor.slice(0, cut), cursor.slice(cut)];
        const damaged = [
          begin + to + end.slice(1),
          begin,
          begin + end.slice(1),
          begin + end.charAt(0) + end,
          cursor + to,
          to + cursor,
          `${cursor}=`,
          `${begin}\n${end}`,
        ].filter((text) => text !== cursor);

        expect(damaged.flatMap((text) => openCursor(text, same) ?? [])).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
