import { createHash } from 'node:crypto';
import { apiEvent } from '../../tests/support/apiEvent.ts';
import { conditional } from './conditionalGet.ts';

const LINK = '</bets?cursor=a>; rel="next"';
const response = {
  statusCode: 200,
  headers: { 'content-type': 'application/json', link: LINK, 'x-request-id': 'r' },
  body: '[1]',
};
const TAG = createHash('sha256').update(`${LINK}[1]`).digest('base64url').slice(0, 22);
const vary = 'accept-encoding';
const tagged = { ...response, headers: { ...response.headers, etag: `W/"${TAG}"`, vary } };
const unchanged = {
  statusCode: 304,
  headers: { link: LINK, 'x-request-id': 'r', etag: `W/"${TAG}"`, vary },
  body: '',
};
const asking = (condition?: string, method = 'GET') =>
  apiEvent({ method, headers: condition === undefined ? {} : { 'if-none-match': condition } });

describe('conditional', () => {
  it.each([undefined, '"other"', 'W/"other", "more"', TAG, '', `"a,W/"${TAG}"`, `"${TAG}" x`])(
    'tags the whole answer for a client that has %p',
    (condition) => {
      expect(conditional(asking(condition), response)).toEqual(tagged);
    },
  );

  it.each([`W/"${TAG}"`, `"${TAG}"`, `"a,b" ,, W/"${TAG}"`, '*'])(
    'tells a client that has %p that nothing changed',
    (condition) => {
      expect(conditional(asking(condition), response)).toEqual(unchanged);
      expect(conditional(asking(condition, 'HEAD'), response)).toEqual(unchanged);
    },
  );

  it('goes by the tag that an answer has of its own, compared weakly', () => {
    const own = { ...response, headers: { ...response.headers, etag: '"1-a"' } };
    const { 'content-type': _type, ...headers } = own.headers;

    const answers = ['"1"', '"1-a"', 'W/"1-a"'].map((tag) => conditional(asking(tag), own));

    const known = { statusCode: 304, headers, body: '' };
    expect(answers).toEqual([own, known, known]);
  });

  it('tells pages apart that differ only in what comes next', () => {
    const last = { ...response, headers: { 'content-type': 'application/json' } };

    expect(conditional(asking(`W/"${TAG}"`), last).statusCode).toBe(200);
  });

  it.each([
    ['a problem', asking('*'), { ...response, statusCode: 404 }],
    ['an answer to another method', asking('*', 'PUT'), response],
  ])('leaves %s as it is', (_case, event, answer) => {
    expect(conditional(event, answer)).toBe(answer);
  });
});
