import { isBetId, SHARDS, shardOf } from './ids.ts';

describe('isBetId', () => {
  it.each([
    ['takes', true, '01900000-0000-7000-8000-00000000000a'],
    ['refuses upper case in', false, '01900000-0000-7000-8000-00000000000A'],
    ['refuses another variant in', false, '01900000-0000-7000-c000-00000000000a'],
    ['refuses, without hyphens,', false, '0190000000007000800000000000000a'],
    ['refuses a line more in', false, '01900000-0000-7000-8000-00000000000a\n'],
  ])('%s %j', (_case, expected, text) => {
    expect(isBetId(text)).toBe(expected);
  });
});

describe('shardOf', () => {
  it('is the last digit of the id, one of 16 in their order', () => {
    expect(shardOf('01900000-0000-7000-8000-00000000000a')).toBe('a');
    expect(SHARDS.join('')).toBe('0123456789abcdef');
  });
});
