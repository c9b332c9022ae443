import * as fc from 'fast-check';
import { amountFromDecimal, amountFromString, formatAmount, parseDecimal } from './amount.ts';

/** Digits without a leading zero, as the generator wrote them: the oracle of every value below. */
const whole = fc.nat({ max: 999_999_999 }).map(String);
const cents = fc.nat({ max: 99 }).map((number) => number.toString().padStart(2, '0'));
const stake = fc.tuple(whole, cents).filter((parts) => /[1-9]/.test(parts.join('')));

const FAULTS = ['not-a-decimal', 'not-positive', 'too-many-decimals', 'too-large'];

function judge(text: string): unknown {
  const decimal = parseDecimal(text);
  return decimal && amountFromDecimal(decimal);
}

describe('amounts', () => {
  it('read a written stake as its digits without the point', () => {
    fc.assert(
      fc.property(stake, ([units, hundredths]) => {
        expect(amountFromString(`${units}.${hundredths}`)).toBe(BigInt(units + hundredths));
      }),
    );
  });

  it('are written as their digits with a point before the last two', () => {
    const anySum = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String), cents);

    fc.assert(
      fc.property(anySum, ([units, hundredths]) => {
        expect(formatAmount(BigInt(units + hundredths))).toBe(`${units}.${hundredths}`);
      }),
    );
  });

  it('do not depend on where a JSON number has its point, exponent and zeros', () => {
    const spelling = fc.record({
      digits: fc.bigInt({ min: 1n, max: 100_000_000_000n }).map(String),
      zerosBefore: fc.nat({ max: 20 }),
      zerosAfter: fc.nat({ max: 20 }),
      pointFromEnd: fc.nat({ max: 15 }),
      sign: fc.constantFrom('e', 'E'),
    });

    fc.assert(
      fc.property(spelling, ({ digits, zerosBefore, zerosAfter, pointFromEnd, sign }) => {
        // The point moves left by some places and the exponent makes up for it.
        const long = `${'0'.repeat(zerosBefore + 16)}${digits}`;
        const units = long.slice(0, long.length - pointFromEnd).replace(/^0+(?=.)/, '');
        const fraction = long.slice(long.length - pointFromEnd) + '0'.repeat(zerosAfter);
        const mantissa = fraction === '' ? units : `${units}.${fraction}`;

        expect(judge(`${mantissa}${sign}${pointFromEnd - 2}`)).toBe(BigInt(digits));
      }),
    );
  });

  it('refuse every value with a third decimal that is not zero', () => {
    const third = fc.tuple(stake, fc.nat({ max: 1_000_000 }), fc.integer({ min: 1, max: 9 }));

    fc.assert(
      fc.property(third, ([[units, hundredths], more, last]) => {
        const text = `${units}.${hundredths}${more}${last}`;

        expect(amountFromString(text)).toBe('too-many-decimals');
        expect(judge(text)).toBe('too-many-decimals');
      }),
    );
  });

  it('refuse every value above the maximum, by however little', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 100_000_000_001n, max: 10n ** 60n }), (minor) => {
        const digits = minor.toString();
        const text = `${digits.slice(0, -2)}.${digits.slice(-2)}`;

        expect(amountFromString(text)).toBe('too-large');
        expect(judge(text)).toBe('too-large');
        expect(judge(`${digits}e-2`)).toBe('too-large');
      }),
    );
  });

  it('never throw and never are a float, whatever the text', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^-?[0-9]{0,20}\.?[0-9]{0,20}([eE][+-]?[0-9]{0,12})?$/),
    );

    fc.assert(
      fc.property(odd, (text) => {
        const answers = [amountFromString(text), judge(text) ?? 'not-a-decimal'];

        const refused = answers.filter((answer) => typeof answer !== 'bigint');
        expect(FAULTS).toEqual(expect.arrayContaining(refused));
      }),
      { numRuns: 500 },
    );
  });
});

describe('parseDecimal', () => {
  it('keeps the exact value of every JSON number', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });

    fc.assert(
      fc.property(number, (value) => {
        const decimal = parseDecimal(JSON.stringify(value));

        // The language's own reading of the decimal is the oracle; -0 is written as 0 in JSON.
        expect(Number(`${decimal?.coefficient}e${decimal?.exponent}`)).toBe(value + 0);
        expect(/[^0]0+$/.test(String(decimal?.coefficient))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('does bounded work for any exponent', () => {
    const exponent = fc.integer({ min: -999_999_900, max: 999_999_900 });

    fc.assert(
      fc.property(fc.integer({ min: 1 }), exponent, (coefficient, power) => {
        const fault = power < 0 ? 'too-many-decimals' : 'too-large';

        expect(judge(`${coefficient}e${power < 0 ? power - 20 : power + 20}`)).toBe(fault);
      }),
      // A power that was really computed would take minutes; all of these take moments.
      { numRuns: 300, interruptAfterTimeLimit: 5_000, markInterruptAsFailure: true },
    );
  });
});
