import { REFUSED, REFUSED_NUMBERS, TAKEN, TAKEN_NUMBERS } from '../../tests/support/eventIds.ts';
import { eventIdFault, eventIdOfNumber, isEventId } from './eventId.ts';

describe('isEventId', () => {
  it.each(TAKEN)('takes %j', (text) => {
    expect(isEventId(text)).toBe(true);
  });

  it.each(REFUSED)('refuses %j', (text) => {
    expect(isEventId(text)).toBe(false);
  });

  it.each([
    ['x'.repeat(256), true],
    ['x'.repeat(257), false],
    ['é'.repeat(128), true],
    ['é'.repeat(129), false],
    ['🏀'.repeat(64), true],
    ['🏀'.repeat(65), false],
  ])('counts the bytes of UTF-8: %s is %s', (text, expected) => {
    expect(isEventId(text)).toBe(expected);
  });
});

describe('eventIdFault', () => {
  it.each([
    ['', { kind: 'empty' }],
    ['..', { kind: 'dots' }],
    ['x'.repeat(300), { kind: 'too-long', bytes: 300 }],
    ['a\tb', { kind: 'barred', barred: 'control-character', codePoint: 0x09, place: 2 }],
    ['a\u0085', { kind: 'barred', barred: 'control-character', codePoint: 0x85, place: 2 }],
    ['\u2029', { kind: 'barred', barred: 'line-separator', codePoint: 0x2029, place: 1 }],
    ['🏀\ud83c', { kind: 'barred', barred: 'lone-surrogate', codePoint: 0xd83c, place: 2 }],
    ['ab\u200fc', { kind: 'barred', barred: 'bidirectional-control', codePoint: 0x200f, place: 3 }],
    ['\u061c', { kind: 'barred', barred: 'bidirectional-control', codePoint: 0x61c, place: 1 }],
    ['a\ufffd', { kind: 'barred', barred: 'replacement-character', codePoint: 0xfffd, place: 2 }],
    [' a', { kind: 'barred', barred: 'white-space', codePoint: 0x20, place: 1 }],
    ['🏀🏀\u3000', { kind: 'barred', barred: 'white-space', codePoint: 0x3000, place: 3 }],
    ['\ufeffa', { kind: 'barred', barred: 'white-space', codePoint: 0xfeff, place: 1 }],
    [' a\n', { kind: 'barred', barred: 'control-character', codePoint: 0x0a, place: 3 }],
  ])('says what is wrong with %j, and where', (text, fault) => {
    expect(eventIdFault(text)).toEqual(fault);
  });
});

describe('eventIdOfNumber', () => {
  it.each(Object.entries(TAKEN_NUMBERS))('reads %s as %s', (source, text) => {
    expect(eventIdOfNumber(source)).toBe(text);
  });

  it.each([
    ['1'.repeat(128), '1'.repeat(128)],
    [`-${'1'.repeat(128)}`, `-${'1'.repeat(128)}`],
    ['1e127', `1${'0'.repeat(127)}`],
    ['1.5e1', '15'],
    ['0e999999999999999999999', '0'],
  ])('takes up to 128 digits, by their value: %s', (source, text) => {
    expect(eventIdOfNumber(source)).toBe(text);
  });

  it.each([...REFUSED_NUMBERS, '1'.repeat(129), '1e128', '-1e128', '1e999999999999999999999'])(
    'refuses %s',
    (source) => {
      expect(eventIdOfNumber(source)).toBeUndefined();
    },
  );
});
