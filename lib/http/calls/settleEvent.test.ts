import { CALLS } from '../calls.ts';
import { settleEvent } from './settleEvent.ts';

const { headers: HEADERS, body: BODY } = settleEvent.request;

describe('If-Match', () => {
  const parsed = (sent?: string) => HEADERS.safeParse({ host: 'h', 'if-match': sent }).data;

  it.each([
    [undefined, undefined],
    ['*', 'any'],
    ['"0"', [0]],
    ['"1"  ,"2"', [1, 2]],
    ['"3-bVnUVf9FJ7Dp0mhK3pT5Yw", "4-"', [3, 4]],
    ['W/"1", W/"1-a", "2"', [2]],
    [', "1",,', [1]],
    ['"abc", "01", "", "-1", "1a", "1.0"', []],
    ['"é"', []],
    ['"999999999"', [999_999_999]],
    ['"9999999999"', []],
  ])('is understood: %s', (sent, versions) => {
    expect(parsed(sent)).toEqual({ 'if-match': versions });
  });

  it.each(['1', '', '"1', '"1" "2"', '*, "1"', `"1"${' '.repeat(50_000)}x`])(
    'is refused: %.20j',
    (sent) => {
      expect(parsed(sent)).toBeUndefined();
    },
  );
});

describe('If-None-Match', () => {
  it.each(['*', ' * '])('asks for a first result: %j', (sent) => {
    expect(HEADERS.safeParse({ 'if-none-match': sent }).success).toBe(true);
  });

  it.each(['', '"1"', '*, *', 'W/"1-a"', `*${' '.repeat(50_000)}x`])(
    'is refused: %.20j',
    (sent) => {
      const { error } = HEADERS.safeParse({ 'if-none-match': sent });

      expect(error?.issues).toMatchObject([
        { message: 'must be *, which asks for a first result' },
      ]);
    },
  );
});

it('is the only call that is for operators alone', () => {
  const forOperators = CALLS.filter(({ call }) => call.operatorsOnly).map(({ call }) => call.name);

  expect(forOperators).toEqual(['settleEvent']);
});

describe('the body of a result', () => {
  it.each([{ status: 'win' }, { status: null }, {}, { status: 'WIN', score: 1 }, []])(
    'is refused: %j',
    (body) => {
      expect(BODY.safeParse(body).success).toBe(false);
    },
  );

  it('is said to be an object', () => {
    const { error } = BODY.safeParse([]);

    expect(error?.issues).toMatchObject([{ path: [], message: 'must be an object' }]);
  });
});
