import { amountFromDecimal, amountFromString, formatAmount, parseDecimal } from './amount.ts';

describe('amountFromString', () => {
  it.each([
    ['10', 1000n],
    ['10.5', 1050n],
    ['10.50', 1050n],
    ['0.01', 1n],
    ['0.10', 10n],
    ['1000000000', 100_000_000_000n],
    ['1000000000.00', 100_000_000_000n],
  ])('reads %s', (text, minor) => {
    expect(amountFromString(text)).toBe(minor);
  });

  it.each([
    ['', 'not-a-decimal'],
    [' 1', 'not-a-decimal'],
    ['1 ', 'not-a-decimal'],
    ['1\n', 'not-a-decimal'],
    ['+1', 'not-a-decimal'],
    ['1,5', 'not-a-decimal'],
    ['1.', 'not-a-decimal'],
    ['.5', 'not-a-decimal'],
    ['01', 'not-a-decimal'],
    ['1e1', 'not-a-decimal'],
    ['0x10', 'not-a-decimal'],
    ['NaN', 'not-a-decimal'],
    ['Infinity', 'not-a-decimal'],
    ['١٠', 'not-a-decimal'],
    ['1_000', 'not-a-decimal'],
    ['0', 'not-positive'],
    ['-0', 'not-positive'],
    ['0.00', 'not-positive'],
    ['-1', 'not-positive'],
    ['-0.001', 'not-positive'],
    ['0.001', 'too-many-decimals'],
    ['10.500', 'too-many-decimals'],
    ['10.000000000000000001', 'too-many-decimals'],
    ['1000000000.01', 'too-large'],
    ['1000000001', 'too-large'],
    ['9'.repeat(900), 'too-large'],
    ['9'.repeat(1001), 'not-a-decimal'],
  ])('refuses %j as %s', (text, fault) => {
    expect(amountFromString(text)).toBe(fault);
  });
});

function judge(text: string): unknown {
  const decimal = parseDecimal(text);
  return decimal && amountFromDecimal(decimal);
}

describe('amountFromDecimal of a JSON number', () => {
  it.each([
    ['10', 1000n],
    ['10.5', 1050n],
    ['10.50', 1050n],
    ['1e1', 1000n],
    ['1E+1', 1000n],
    ['1050e-2', 1050n],
    ['0.00000105e9', 105_000n],
    ['1e9', 100_000_000_000n],
    ['100000000000e-2', 100_000_000_000n],
    ['10000000000000e-4', 100_000_000_000n],
  ])('reads %s', (text, minor) => {
    expect(judge(text)).toBe(minor);
  });

  it.each([
    ['0', 'not-positive'],
    ['-0', 'not-positive'],
    ['0e999999999', 'not-positive'],
    ['-1e999999999', 'not-positive'],
    ['-1e-999999999', 'not-positive'],
    ['0.001', 'too-many-decimals'],
    ['1e-3', 'too-many-decimals'],
    ['10.000000000000000001', 'too-many-decimals'],
    ['1e-999999999', 'too-many-decimals'],
    ['1000000000.01', 'too-large'],
    ['100000000001e-2', 'too-large'],
    ['1e10', 'too-large'],
    ['1e11', 'too-large'],
    ['1e999999999', 'too-large'],
  ])('refuses %s as %s', (text, fault) => {
    expect(judge(text)).toBe(fault);
  });
});

describe('parseDecimal', () => {
  it('strips the trailing zeros of the coefficient into the exponent', () => {
    expect(parseDecimal('-120.500e3')).toEqual({ coefficient: -1205n, exponent: 2 });
    expect(parseDecimal('1200')).toEqual({ coefficient: 12n, exponent: 2 });
    expect(parseDecimal('0.000')).toEqual({ coefficient: 0n, exponent: 0 });
  });

  it('looks at no text of more than 1000 characters', () => {
    expect(parseDecimal('1'.repeat(1000))).toEqual({
      coefficient: BigInt('1'.repeat(1000)),
      exponent: 0,
    });
    expect(parseDecimal('1'.repeat(1001))).toBeUndefined();
  });
});

describe('formatAmount', () => {
  it.each([
    [0n, '0.00'],
    [1n, '0.01'],
    [10n, '0.10'],
    [100n, '1.00'],
    [1050n, '10.50'],
    [100_000_000_000n, '1000000000.00'],
    [900_719_925_474_099_301n, '9007199254740993.01'],
  ])('writes %s as %s', (minor, text) => {
    expect(formatAmount(minor)).toBe(text);
  });
});
