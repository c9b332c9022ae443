import { eventIdOrNumber, eventIdText, eventPath } from './eventIds.ts';
import { JsonNumber } from './jsonScan.ts';

const barred = (code: string, place: number, what: string) =>
  `must not have U+${code} as character ${place}: it is ${what}`;

describe('the id of an event', () => {
  it.each([
    ['', 'must not be empty'],
    ['..', 'must not be . or .. because clients take these out of a path'],
    ['é'.repeat(129), 'must have at most 256 bytes in UTF-8, and has 258'],
    ['a\nb', barred('000A', 2, 'a control character')],
    ['\u2028', barred('2028', 1, 'a line separator')],
    ['a\ud800', barred('D800', 2, 'half of a character (a lone surrogate)')],
    ['\u202e', barred('202E', 1, 'a bidirectional control, which makes one id look like another')],
    ['ab\ufffd', barred('FFFD', 3, 'what stands for bytes that are not UTF-8')],
    ['a ', barred('0020', 2, 'white space at an end of the id')],
  ])('is refused in words that say why: %j', (id, message) => {
    for (const schema of [eventIdText, eventIdOrNumber]) {
      expect(schema.safeParse(id).error?.issues).toEqual([{ code: 'custom', message, path: [] }]);
    }
  });

  it('is said to be a text in a path, and in a body a text or an integer', () => {
    const inPath = eventPath.safeParse({});
    const inBody = eventIdOrNumber.safeParse(null);

    const message = 'must be a text of 1 to 256 bytes in UTF-8';
    expect(inPath.error?.issues).toMatchObject([{ message }]);
    expect(inBody.error?.issues).toMatchObject([{ message: `${message}, or an integer` }]);
  });

  it.each(['1.5', '1'.repeat(129)])('is no number such as %.10s', (source) => {
    const { error } = eventIdOrNumber.safeParse(new JsonNumber(source));

    const message = 'must be an integer of at most 128 digits';
    expect(error?.issues).toEqual([{ code: 'custom', message, path: [] }]);
  });
});
