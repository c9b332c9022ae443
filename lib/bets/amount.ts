/** A stake is an integer of minor units (cents), never a float: texts are read digit by digit. */
const MINOR_DIGITS = 2;

/** The largest stake taken: 1,000,000,000.00, in minor units. */
const MAX_AMOUNT_MINOR = 100_000_000_000n;

export type AmountFault = 'not-a-decimal' | 'not-positive' | 'too-many-decimals' | 'too-large';

/** A finite decimal: `coefficient` × 10^`exponent`, the coefficient without trailing zeros. */
export interface Decimal {
  coefficient: bigint;
  exponent: number;
}

/** Longest number text that is looked at; more digits than any accepted value could need. */
const MAX_DECIMAL_LENGTH = 1_000;
const NUMBER_GRAMMAR = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?)0*(\d+))?$/;

/** The exact value of a number in JSON's grammar (RFC 8259 §6), or undefined for anything else. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = text.length <= MAX_DECIMAL_LENGTH ? NUMBER_GRAMMAR.exec(text) : null;
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', powerSign = '', power = '0'] = match;
  const digits = whole + fraction;
  const significant = digits.replace(/0+$/, '');
  if (/^0*$/.test(significant)) return { coefficient: 0n, exponent: 0 };
  const shift = digits.length - significant.length - fraction.length;
  const exponent = Number(powerSign + power) + shift;
  return { coefficient: BigInt(sign + significant), exponent };
}

/** Minor units of a decimal, or why it is no stake. Work is bounded whatever the exponent. */
export function amountFromDecimal({ coefficient, exponent }: Decimal): bigint | AmountFault {
  const shift = exponent + MINOR_DIGITS;
  if (coefficient <= 0n) return 'not-positive';
  if (shift < 0) return 'too-many-decimals';
  if (shift > MAX_AMOUNT_MINOR.toString().length) return 'too-large';
  const minor = coefficient * 10n ** BigInt(shift);
  return minor > MAX_AMOUNT_MINOR ? 'too-large' : minor;
}

const AMOUNT_GRAMMAR = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Minor units of a decimal string such as `10`, `10.5` or `10.50`, or why it is no stake. */
export function amountFromString(text: string): bigint | AmountFault {
  const decimal = AMOUNT_GRAMMAR.test(text) ? parseDecimal(text) : undefined;
  if (decimal === undefined) return 'not-a-decimal';
  const writtenDecimals = text.length - (text.includes('.') ? text.indexOf('.') + 1 : text.length);
  const minor = amountFromDecimal(decimal);
  return writtenDecimals > MINOR_DIGITS && typeof minor === 'bigint' ? 'too-many-decimals' : minor;
}

/** Minor units as a decimal string with two digits: `1050n` is `10.50`. Takes sums of any size. */
export function formatAmount(minor: bigint): string {
  const digits = minor.toString().padStart(MINOR_DIGITS + 1, '0');
  return `${digits.slice(0, -MINOR_DIGITS)}.${digits.slice(-MINOR_DIGITS)}`;
}
