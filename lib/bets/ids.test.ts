import { isBetId, isEventId, newBetId, SHARDS, shardOf } from './ids.ts';

describe('isBetId', () => {
  it('knows a UUID version 7 in lower case', () => {
    expect(isBetId('01900000-0000-7000-8000-00000000000a')).toBe(true);
    expect(isBetId(newBetId(0))).toBe(true);
  });

  it.each([
    ['upper case', '01900000-0000-7000-8000-00000000000A'],
    ['version 4', '01900000-0000-4000-8000-00000000000a'],
    ['another variant', '01900000-0000-7000-c000-00000000000a'],
    ['no hyphens', '0190000000007000800000000000000a'],
    ['a line more', '01900000-0000-7000-8000-00000000000a\n'],
    ['nothing', ''],
  ])('refuses %s', (_case, text) => {
    expect(isBetId(text)).toBe(false);
  });
});

describe('shardOf', () => {
  it('is the last digit of the id', () => {
    expect(shardOf('01900000-0000-7000-8000-00000000000a')).toBe('a');
  });

  it('is one of 16 partitions, in the order of the digits', () => {
    expect(SHARDS.join('')).toBe('0123456789abcdef');
  });
});

describe('isEventId', () => {
  it.each(['4', 'sr:match:42', 'A-z.0_9~', '...', '.a', 'x'.repeat(128)])('takes %s', (text) => {
    expect(isEventId(text)).toBe(true);
  });

  it.each(['', '.', '..', ' ', 'a b', 'a#1', 'a/b', 'a%20', 'é', 'a\n', '"a"', 'x'.repeat(129)])(
    'refuses %j',
    (text) => {
      expect(isEventId(text)).toBe(false);
    },
  );
});
