import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { CONDITION, hashOf, readCondition } from './entityTags.ts';

const strong = (opaque: string) => ({ opaque, isWeak: false });
const weak = (opaque: string) => ({ opaque, isWeak: true });

describe('a condition', () => {
  it.each([
    ['*', '*'],
    [' *\t', '*'],
    ['"1"', [strong('"1"')]],
    ['"1"  ,\t"2"', [strong('"1"'), strong('"2"')]],
    ['W/"1","2"', [weak('"1"'), strong('"2"')]],
    [', "1",, ,"2" ,', [strong('"1"'), strong('"2"')]],
    ['"a,b", "*"', [strong('"a,b"'), strong('"*"')]],
    ['""', [strong('""')]],
    ['"é!#-~"', [strong('"é!#-~"')]],
  ])('reads %j', (text, condition) => {
    expect(CONDITION.test(text)).toBe(true);
    expect(readCondition(text)).toEqual(condition);
  });

  it.each([
    ...[
      '',
      ' , ,',
      '1',
      '"1',
      '1"',
      '"',
      '"""',
      '"a b"',
      '"1" "2"',
      '"1"W/"2"',
      '*, "1"',
      '"1", *',
    ],
    ...['w/"1"', 'W/ "1"', 'W/1', '"\u007f"', `"1"${' '.repeat(50_000)}x`],
  ])('is not %.20j', (text) => {
    expect(CONDITION.test(text)).toBe(false);
  });

  it('reads back every list that may be written, however it is spaced and joined', () => {
    const tag = fc.record({
      opaque: fc.stringMatching(/^"[!#-~]{0,9}"$/),
      isWeak: fc.boolean(),
    });
    const comma = fc.stringMatching(/^[ \t]{0,2}(,[ \t]{0,2}){1,3}$/);

    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 9 }), comma, (tags, between) => {
        const texts = tags.map(({ opaque, isWeak }) => (isWeak ? 'W/' : '') + opaque);

        const text = texts.join(between);
        expect(CONDITION.test(text)).toBe(true);
        expect(readCondition(text)).toEqual(tags);
      }),
    );
  });
});

it('names a text by half of its SHA-256', () => {
  const [half] =
    createHash('sha256')
      .update('text')
      .digest('base64url')
      .match(/^.{22}/) ?? [];

  expect(hashOf('text')).toBe(half);
});
