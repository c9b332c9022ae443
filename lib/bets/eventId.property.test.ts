import * as fc from 'fast-check';
import { eventIdOfNumber, isEventId } from './eventId.ts';

/** The ranges of the characters that no id has, by their code points (Unicode 17). */
const BARRED = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff],
  [0xfffd, 0xfffd],
] as const;

const isBarred = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return BARRED.some(([first, last]) => code >= first && code <= last);
};

const awkward = fc.constantFrom(
  ...Array.from(' .\n\u0085\u00a0\u061c\u200d\u2028\u202e\u2069\ufeff\ufffd#/%'),
);
const unit = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), awkward);

describe('isEventId', () => {
  it('judges character by character, and counts bytes', () => {
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 6 }), fc.nat({ max: 300 }), (units, more) => {
        const text = units.join('') + 'x'.repeat(more);
        const characters = Array.from(text);

        const bytes = new TextEncoder().encode(text).length;
        const steps = text === '.' || text === '..';
        const sound = !characters.some(isBarred) && text.trim() === text && !steps;
        expect(isEventId(text)).toBe(sound && bytes >= 1 && bytes <= 256);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('eventIdOfNumber', () => {
  it('gives every integer of up to 128 digits its one text, however it is written', () => {
    const largest = 10n ** 128n - 1n;
    fc.assert(
      fc.property(fc.bigInt(-largest, largest), fc.nat({ max: 60 }), (value, count) => {
        // JSON has no 00.
        const zeros = value === 0n ? 0 : count;
        const ways = [`${value}`, `${value}.${'0'.repeat(zeros + 1)}`, `${value}e0`];
        const shifted = `${value}${'0'.repeat(zeros)}e-${zeros}`;

        expect([...ways, shifted].map(eventIdOfNumber)).toEqual(Array(4).fill(`${value}`));
      }),
    );
  });
});
