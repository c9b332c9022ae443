import { amountFromDecimal, amountFromString, formatAmount, parseDecimal } from './amount.ts';

function fromNumber(text: string): unknown {
  const decimal = parseDecimal(text);
  return decimal && amountFromDecimal(decimal);
}

describe('amountFromString', () => {
  it.each([
    ['10', 1000n],
    ['10.5', 1050n],
    ['1000000000', 100_000_000_000n],
    ['1000000000.00', 100_000_000_000n],
  ])('reads %s', (text, minor) => {
    expect(amountFromString(text)).toBe(minor);
  });

  it.each([
    ['not-a-decimal', ['', ' 1', '1 ', '1\n', '+1', '1,5', '1.', '.5', '01', '1e1', '1_000']],
    ['not-a-decimal', ['0x10', 'NaN', 'Infinity', '١٠', '9'.repeat(1001)]],
    ['not-positive', ['0', '-0', '0.00', '-1', '-0.001']],
    ['too-many-decimals', ['0.001', '10.500']],
    ['too-large', ['1000000000.01', '1000000001', '9'.repeat(900)]],
  ])('refuses as %s each of %j', (fault, texts) => {
    expect(texts.map(amountFromString)).toEqual(texts.map(() => fault));
  });
});

describe('amountFromDecimal of a JSON number', () => {
  it.each([
    ['10', 1000n],
    ['10.5', 1050n],
    ['1E+1', 1000n],
    ['1e9', 100_000_000_000n],
    ['10000000000000e-4', 100_000_000_000n],
  ])('reads %s', (text, minor) => {
    expect(fromNumber(text)).toBe(minor);
  });

  it.each([
    ['not-positive', ['0', '-0', '0e999999999', '-1e999999999', '-1e-999999999']],
    ['too-many-decimals', ['0.001', '1e-3']],
    ['too-large', ['1000000000.01', '100000000001e-2', '1e10']],
  ])('refuses as %s each of %j', (fault, texts) => {
    expect(texts.map(fromNumber)).toEqual(texts.map(() => fault));
  });
});

describe('parseDecimal', () => {
  it('strips the trailing zeros of the coefficient into the exponent', () => {
    expect(parseDecimal('-120.500e3')).toEqual({ coefficient: -1205n, exponent: 2 });
    expect(parseDecimal('0.000')).toEqual({ coefficient: 0n, exponent: 0 });
  });

  it.each(['', 'x1', '1x'])('knows no number in %j', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it('looks at no text of more than 1000 characters', () => {
    const digits = '1'.repeat(1000);

    expect(parseDecimal(digits)).toEqual({ coefficient: BigInt(digits), exponent: 0 });
    expect(parseDecimal(`${digits}1`)).toBeUndefined();
  });
});

describe('formatAmount', () => {
  it.each([
    [1n, '0.01'],
    [10n, '0.10'],
    [900_719_925_474_099_301n, '9007199254740993.01'],
  ])('writes %s as %s', (minor, text) => {
    expect(formatAmount(minor)).toBe(text);
  });
});
