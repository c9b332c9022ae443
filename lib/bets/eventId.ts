import { parseDecimal } from './amount.ts';

/** Bytes of an event id at most, in UTF-8. */
const MAX_EVENT_ID_BYTES = 256;
/** Digits at most of an event id that is sent as a number. */
const MAX_EVENT_ID_DIGITS = 128;

/**
 * Characters that no event id has: controls, line separators, halves of a character, and those that
 * turn the direction of the text, so that one id looks like another. U+FFFD stands where bytes were
 * no UTF-8, and two ids that lost bytes would be one.
 */
const BARRED = [
  ['control-character', /\p{Cc}/u],
  ['line-separator', /[\u2028\u2029]/u],
  ['lone-surrogate', /\p{Cs}/u],
  ['bidirectional-control', /\p{Bidi_Control}/u],
  ['replacement-character', /\ufffd/u],
] as const;
const ANY_BARRED = new RegExp(BARRED.map(([, { source }]) => source).join('|'), 'u');
const SPACE_AT_AN_END = /^\s|\s$/u;

export type BarredKind = (typeof BARRED)[number][0] | 'white-space';

/** Why a text names no event. */
export type EventIdFault =
  | { kind: 'empty' }
  // `.` and `..` are steps in a path, which clients take before they send it (RFC 3986 §5.2.4).
  | { kind: 'dots' }
  | { kind: 'too-long'; bytes: number }
  /** `place` counts the characters (code points) from 1. */
  | { kind: 'barred'; barred: BarredKind; codePoint: number; place: number };

/** Why a text may not name a sporting event; undefined when it may. It is never changed. */
export function eventIdFault(text: string): EventIdFault | undefined {
  if (text === '') return { kind: 'empty' };
  if (text === '.' || text === '..') return { kind: 'dots' };
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_EVENT_ID_BYTES) return { kind: 'too-long', bytes };
  const found = ANY_BARRED.exec(text) ?? SPACE_AT_AN_END.exec(text);
  if (found === null) return undefined;
  const [character] = found;
  const place = Array.from(text.slice(0, found.index)).length + 1;
  const codePoint = character.codePointAt(0) ?? 0;
  return { kind: 'barred', barred: kindOf(character), codePoint, place };
}

function kindOf(character: string): BarredKind {
  return BARRED.find(([, pattern]) => pattern.test(character))?.[0] ?? 'white-space';
}

export function isEventId(text: string): boolean {
  return eventIdFault(text) === undefined;
}

/**
 * The decimal text of an integer, which names the same event: `1e3` is `1000`, `-0` is `0`. Judged
 * by the digits that were sent (RFC 8259 §6); undefined for anything but an integer of up to 128
 * digits.
 */
export function eventIdOfNumber(source: string): string | undefined {
  const decimal = parseDecimal(source);
  if (decimal === undefined || decimal.exponent < 0) return undefined;
  const { coefficient, exponent } = decimal;
  const digits = coefficient.toString().replace('-', '').length + exponent;
  if (digits > MAX_EVENT_ID_DIGITS) return undefined;
  return (coefficient * 10n ** BigInt(exponent)).toString();
}
