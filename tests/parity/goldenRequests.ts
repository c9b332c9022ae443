import { gzipSync } from 'node:zlib';
import { betIdOf } from '../support/samples.ts';

/** A request as it goes over the wire, and what API Gateway makes of it. */
export interface GoldenRequest {
  name: string;
  method: string;
  /** The path and query as they are sent. */
  target: string;
  /** As they are sent: a name may come twice, a value may be empty. */
  headers: [name: string, value: string][];
  body: Buffer;
  /** The answer's status, whichever way it comes. */
  status: number;
  /** The route that API Gateway takes; undefined for a request that it answers itself. */
  routeKey?: string;
  event: GoldenEvent;
  /**
   * API Gateway decodes it in a way that cannot be undone, so Express under it answers another one.
   */
  irreversible: boolean;
}

/**
 * The event's parts where they are not just the request's: written down from the sources below, not
 * computed by the code under test.
 *
 * - Repeated headers and query keys are joined with commas, names are in lower case, cookies are
 *   apart: AWS's page that lib/http/handler.ts names
 * - rawPath is decoded: https://github.com/honojs/hono/issues/2156, measured on AWS in
 *   https://github.com/middleapi/standard-server/pull/93
 * - rawQueryString is not: https://github.com/ministackorg/ministack/issues/1035
 * - A path with one slash more at its end takes the same route:
 *   https://github.com/aws-powertools/powertools-lambda-python/issues/1552
 * - Which bodies come in base64: https://github.com/ministackorg/ministack/pull/766,
 *   https://github.com/floci-io/floci/issues/2172
 *
 * Nowhere documented, and taken to be so: an empty header is passed on, and a query is decoded as
 * HTML forms are, with `+` for a space.
 */
interface GoldenEvent {
  rawPath?: string;
  headers?: Record<string, string>;
  cookies?: string[];
  queryStringParameters?: Record<string, string>;
  pathParameters?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
}

/**
 * What the store holds before each request: two bets on the event `open`, of which the first was
 * placed with the key `key-1`, and one on the event `settled`, which is won.
 */
const BET_IDS = { open: betIdOf(1), newer: betIdOf(2), settled: betIdOf(3) };

type Headers = GoldenRequest['headers'];
type More = Partial<Pick<GoldenRequest, 'headers' | 'event' | 'irreversible'>> & {
  body?: string | Buffer;
};
const typed = (type: string, ...more: Headers): Headers => [['content-type', type], ...more];

const json = (...more: Headers): Headers => [['Content-Type', 'application/json'], ...more];

export function golden(
  name: string,
  status: number,
  [method, target]: [string, string],
  routeKey: string | undefined,
  { headers = [], event = {}, body = '', irreversible = false }: More = {},
): GoldenRequest {
  const route = routeKey === undefined ? {} : { routeKey };
  const bytes = Buffer.from(body);
  return { name, status, method, target, headers, body: bytes, event, irreversible, ...route };
}

const BET = '{"event_id":"open","amount":"10.50"}';

/** `POST /bets` with a bet in JSON, unless it says otherwise. */
function place(name: string, status: number, more: More = {}, target = '/bets'): GoldenRequest {
  const whole = { headers: json(), body: BET, ...more };
  return golden(name, status, ['POST', target], 'POST /bets', whole);
}

/** A bet of a content type that API Gateway passes on in base64. */
function placeInBase64(name: string, status: number, headers: Headers): GoldenRequest {
  return place(name, status, { headers, event: inBase64(BET) });
}

function list(
  name: string,
  status: number,
  query: string,
  queryStringParameters?: Record<string, string>,
  path = '/bets',
): GoldenRequest {
  const event = queryStringParameters === undefined ? {} : { queryStringParameters };
  return golden(name, status, ['GET', path + query], `GET ${path}`, { event });
}

const BET_ROUTE = 'GET /bets/{id}';
const EVENT_ROUTE = 'GET /events/{event_id+}';

/** A bet by its id as it is sent, and as it is meant. */
function getBet(name: string, status: number, sent: string, id = sent): GoldenRequest {
  const event = { rawPath: `/bets/${id}`, pathParameters: { id } };
  return golden(name, status, ['GET', `/bets/${sent}`], 'GET /bets/{id}', { event });
}

/** An event by its id as it is sent, and as it is meant. */
function getEvent(name: string, status: number, sent: string, event_id = sent): GoldenRequest {
  const event = eventOf(event_id);
  const irreversible = /[%?]/.test(event_id);
  return golden(name, status, ['GET', `/events/${sent}`], EVENT_ROUTE, { event, irreversible });
}

/** What API Gateway makes of the path of an event: `rawPath` is decoded and ends at a `?`. */
export function eventOf(event_id: string): GoldenEvent {
  const [start] = event_id.split('?', 1);
  return { rawPath: `/events/${start}`, pathParameters: { event_id } };
}

/** An id that cannot be read off the decoded path. */
function undecidable(character: string, rawPath: string): GoldenRequest {
  const name = `an id with an encoded ${character}`;
  const target = `/bets/${encodeURIComponent(character)}a`;
  const event = { rawPath, pathParameters: { id: `${character}a` } };
  return golden(name, 404, ['GET', target], 'GET /bets/{id}', { event, irreversible: true });
}

function settle(name: string, status: number, event_id: string, more: More = {}): GoldenRequest {
  const target = `/events/${encodeURIComponent(event_id)}`;
  return golden(name, status, ['PUT', target], 'PUT /events/{event_id+}', {
    headers: json(),
    body: '{"status":"LOSE"}',
    irreversible: /[%?]/.test(event_id),
    ...more,
    event: { ...eventOf(event_id), ...more.event },
  });
}

const inBase64 = (body: string | Buffer): GoldenEvent => ({
  body: Buffer.from(body).toString('base64'),
  isBase64Encoded: true,
});

const placing: GoldenRequest[] = [
  place('a bet', 201),
  place('a bet whose event is a number', 201, { body: '{"event_id":42,"amount":1e1}' }),
  place('more digits than a float', 422, { body: '{"event_id":"1","amount":1.00000000000000001}' }),
  place('a bet on an event with a result', 409, { body: '{"event_id":"settled","amount":1}' }),
  place('every fault of a body', 422, { body: '{"event_id":"ä\\n","amount":-1,"a/b":1}' }),
  place('malformed JSON', 422, { body: '{' }),
  place('a member that comes twice', 422, { body: '{"event_id":"1","amount":1,"amount":1000}' }),
  place('no body', 422, { body: '' }),
  place('JSON that is not an object', 422, { body: '[]' }),
  place('a body of 65,536 bytes', 422, { body: `"${'x'.repeat(65_534)}"` }),
  place('a body of 65,537 bytes', 413, { body: `"${'x'.repeat(65_535)}"` }),
  place('another content type, as text', 415, { headers: typed('text/plain') }),
  placeInBase64('another content type, in base64', 415, typed('application/octet-stream')),
  placeInBase64('no content type', 415, []),
  placeInBase64('an empty content type', 415, typed('')),
  place('a content type that comes twice', 415, {
    headers: json(...json()),
    event: { headers: { 'content-type': 'application/json,application/json' }, ...inBase64(BET) },
  }),
  place('JSON with a charset', 201, {
    headers: [['CONTENT-TYPE', 'application/json; charset=utf-8']],
  }),
  placeInBase64('JSON with a suffix, in base64', 201, typed('application/vnd.api+json')),
  place('JSON with bytes that are not UTF-8', 422, {
    body: Buffer.from([...Buffer.from('{"event_id":"'), 0xff, ...Buffer.from('","amount":1}')]),
    event: { body: '{"event_id":"\uFFFD","amount":1}' },
    // It is longer than its header says then.
    irreversible: true,
  }),
  place('a compressed body', 415, {
    headers: json(['Content-Encoding', 'gzip']),
    body: gzipSync(BET),
    event: { body: gzipSync(BET).toString() },
  }),
  place('a body that says that it is not compressed', 201, {
    headers: json(['Content-Encoding', 'identity']),
  }),
  place('a key that is new', 201, { headers: json(['Idempotency-Key', 'key-2']) }),
  place('a key again', 201, { headers: json(['Idempotency-Key', '"key-1"']) }),
  place('a key for another bet', 422, {
    headers: json(['Idempotency-Key', 'key-1']),
    body: '{"event_id":"open","amount":"10.51"}',
  }),
  place('an empty key', 422, { headers: json(['Idempotency-Key', '']) }),
  place('two keys in two headers', 422, {
    headers: json(['Idempotency-Key', 'key-1'], ['idempotency-key', 'key-2']),
    event: { headers: { 'idempotency-key': 'key-1,key-2' } },
  }),
  place('the same key in two headers', 422, {
    headers: json(['Idempotency-Key', 'key-1'], ['Idempotency-Key', 'key-1']),
    event: { headers: { 'idempotency-key': 'key-1,key-1' } },
  }),
  place('two keys in one header', 422, { headers: json(['Idempotency-Key', '"key-1", "a"']) }),
  place('a key beside an empty one', 422, {
    headers: json(['Idempotency-Key', ''], ['Idempotency-Key', 'key-1']),
    event: { headers: { 'idempotency-key': ',key-1' } },
  }),
  place('two ids to correlate with, which are no id', 201, {
    headers: json(['X-Correlation-Id', 'a'], ['X-Correlation-Id', 'b']),
    event: { headers: { 'x-correlation-id': 'a,b' } },
  }),
  place('cookies, some twice', 201, {
    headers: json(['Cookie', 'a=1; b=2'], ['Cookie', 'a=3']),
    event: { cookies: ['a=1', 'b=2', 'a=3'] },
  }),
  place('a slash at the end', 201, {}, '/bets/'),
  place(
    'a query that nobody asked for',
    201,
    { event: { queryStringParameters: { a: 'b' } } },
    '/bets?a=b',
  ),
];

const listing: GoldenRequest[] = [
  list('all bets', 200, ''),
  list('an empty query', 200, '?'),
  golden('a list for a client that takes gzip', 200, ['GET', '/bets'], 'GET /bets', {
    headers: [['Accept-Encoding', 'br, gzip']],
  }),
  golden('a bet for a client that takes gzip', 200, ['GET', `/bets/${BET_IDS.open}`], BET_ROUTE, {
    headers: [['Accept-Encoding', 'gzip']],
    event: { pathParameters: { id: BET_IDS.open } },
  }),
  golden('an event for a client that takes gzip', 200, ['GET', '/events/open'], EVENT_ROUTE, {
    headers: [['Accept-Encoding', 'gzip']],
    event: eventOf('open'),
  }),
  list('a page with a next one', 200, '?limit=1', { limit: '1' }),
  list('what is asked for twice', 422, '?limit=1&limit=2', { limit: '1,2' }),
  list('the same asked for twice', 422, '?event_id=open&event_id=open', { event_id: 'open,open' }),
  list('an empty value', 422, '?limit=', { limit: '' }),
  list('a key without a value', 422, '?limit', { limit: '' }),
  list('an empty key', 422, '?=1', { '': '1' }),
  list('an ampersand too many', 200, '?&event_id=open&&status=pending&', {
    event_id: 'open',
    status: 'pending',
  }),
  list('an encoded key', 200, '?%6Cimit=1', { limit: '1' }),
  list('an encoded value', 200, '?event_id=%6fpen', { event_id: 'open' }),
  list('a plus for a space', 422, '?limit=+1', { limit: ' 1' }),
  list('an encoded plus', 422, '?limit=%2B1', { limit: '+1' }),
  list('a key of many bytes', 422, '?%C3%A4%F0%9F%8E%B2=1', { 'ä🎲': '1' }),
  list('an encoded ampersand', 200, '?event_id=a%26limit=1', { event_id: 'a&limit=1' }),
  list('a question mark in the query', 200, '?event_id=a?b', { event_id: 'a?b' }),
  list('an event with a comma', 200, '?event_id=a,b', { event_id: 'a,b' }),
  list('an event with a slash', 200, '?event_id=a/b%2Fc', { event_id: 'a/b/c' }),
  list('an event of bytes that are not UTF-8', 422, '?event_id=%FF', { event_id: '\uFFFD' }),
  list('an event whose percent sign has no digits', 422, '?event_id=%zz', { event_id: '%zz' }),
  list('a semicolon in the query', 422, '?limit=1;status=won', { limit: '1;status=won' }),
  list('a key that is special in JavaScript', 422, '?__proto__=1', { ['__proto__']: '1' }),
  list('a cursor that is none', 422, '?cursor=abc', { cursor: 'abc' }),
  golden('a slash at the end', 200, ['GET', '/bets/?limit=2'], 'GET /bets', {
    event: { queryStringParameters: { limit: '2' } },
  }),
  golden('a body that nobody asked for', 200, ['GET', '/bets'], 'GET /bets', {
    headers: json(),
    body: '{',
    // The local service does not read it, and no handler would.
    event: { body: '{' },
  }),
];

const reading: GoldenRequest[] = [
  list('all events', 200, '', undefined, '/events'),
  list('one event', 200, '?limit=1', { limit: '1' }, '/events'),
  list('events in a state', 200, '?state=settled', { state: 'settled' }, '/events'),
  list('events in no state', 422, '?state=won', { state: 'won' }, '/events'),
  golden('events that the client has already', 304, ['GET', '/events'], 'GET /events', {
    headers: [['If-None-Match', '*']],
  }),
  getBet('a bet', 200, BET_IDS.open),
  getBet('a bet that is won', 200, BET_IDS.settled),
  getBet('a bet by its id in capitals', 404, betIdOf(0xabc).toUpperCase()),
  golden('a slash after the id', 200, ['GET', `/bets/${BET_IDS.open}/`], 'GET /bets/{id}', {
    event: { pathParameters: { id: BET_IDS.open } },
  }),
  getBet('no id at all', 404, 'made-up'),
  getBet('an encoded id', 200, BET_IDS.open.replaceAll('-', '%2D'), BET_IDS.open),
  getBet('an id with an encoded space', 404, 'a%20b', 'a b'),
  undecidable('%', '/bets/%a'),
  undecidable('#', '/bets/#a'),
  // What follows a question mark is lost.
  undecidable('?', '/bets/'),
  getBet('an id of dots', 404, '...'),
  getEvent('an open event', 200, 'open'),
  getEvent('a settled event', 200, 'settled'),
  golden('an event that the client has already', 304, ['GET', '/events/open'], EVENT_ROUTE, {
    headers: [['If-None-Match', '*']],
    event: eventOf('open'),
  }),
  golden(
    'an event of which the client has the version',
    200,
    ['GET', '/events/open'],
    EVENT_ROUTE,
    {
      headers: [['If-None-Match', '"0", W/"0-a"']],
      event: eventOf('open'),
    },
  ),
  getEvent('an unknown event', 404, 'sr:match:42'),
  getEvent('an encoded event', 200, '%6F%70en', 'open'),
  getEvent('an event with encoded colons', 404, 'sr%3Amatch%3a42', 'sr:match:42'),
  getEvent('an event of many bytes', 404, '%C3%A4%F0%9F%8E%B2', 'ä🎲'),
  getEvent('a plus, which is no space in a path', 404, 'a+b'),
  getEvent('an event of 257 characters', 422, 'x'.repeat(257)),
  getEvent('an event with a line break', 422, 'a%0Ab', 'a\nb'),
  getEvent('an event with an encoded slash', 404, 'football%2Fepl', 'football/epl'),
  getEvent('an event with a slash', 404, 'football/epl'),
  getEvent('an event with slashes in a row', 404, 'a%2F%2Fb', 'a//b'),
  getEvent('an event that begins with a slash', 404, '%2Fa', '/a'),
  getEvent('an event that ends with a slash', 404, 'open%2F', 'open/'),
  getEvent('an event that ends with a slash that is not encoded', 404, 'open/'),
  getEvent('an event with a step up', 404, 'a%2F..%2Fopen', 'a/../open'),
  getEvent('an event of dots', 404, '...'),
  getEvent('an event with a percent sign', 404, '100%25', '100%'),
  getEvent('an event that looks encoded', 404, 'a%252Fb', 'a%2Fb'),
  getEvent('an event with a question mark', 404, 'a%3Fb%2F', 'a?b/'),
  getEvent('an event with a number sign', 404, 'EVENT%2342', 'EVENT#42'),
  getEvent('an event that is special in JavaScript', 404, '__proto__'),
];

const settling: GoldenRequest[] = [
  settle('a first result', 200, 'open', { body: '{"status":"WIN"}' }),
  settle('a result of an event with slashes', 200, '/football//epl/'),
  settle('a result of an event with a question mark', 200, 'a/?b'),
  settle('a result of an event with a percent sign', 200, '100%25'),
  settle('the same result again', 200, 'settled', { body: '{"status":"WIN"}' }),
  settle('a correction', 200, 'settled', { headers: json(['If-Match', '"1"']) }),
  settle('another version', 412, 'settled', { headers: json(['If-Match', '"7"']) }),
  settle('versions in two headers', 200, 'settled', {
    headers: json(['If-Match', '"7"'], ['If-Match', '"1"']),
    event: { headers: { 'if-match': '"7","1"' } },
  }),
  settle('an empty version', 422, 'settled', { headers: json(['If-Match', '']) }),
  settle('a whole tag, from before the bets of now', 200, 'settled', {
    headers: json(['If-Match', '"1-AAAAAAAAAAAAAAAAAAAAAA"']),
  }),
  settle('a version in a list with gaps', 200, 'settled', {
    headers: json(['If-Match', ', "7",, "1",']),
  }),
  settle('a weak version', 412, 'settled', { headers: json(['If-Match', 'W/"1"']) }),
  settle('only a first result', 200, 'open', { headers: json(['If-None-Match', '*']) }),
  settle('only a first result, where there is another', 412, 'settled', {
    headers: json(['If-None-Match', '*']),
  }),
  settle('only a first result, where there is the same', 200, 'settled', {
    headers: json(['If-None-Match', '*']),
    body: '{"status":"WIN"}',
  }),
  settle('two conditions that exclude each other', 412, 'settled', {
    headers: json(['If-Match', '"1"'], ['If-None-Match', '*']),
  }),
  settle('a condition that a PUT does not have', 422, 'settled', {
    headers: json(['If-None-Match', '"7"']),
  }),
  settle('an outcome that is none', 422, 'open', { body: '{"status":"DRAW"}' }),
  settle('a body in base64', 200, 'open', {
    headers: typed('application/merge-patch+json'),
    body: '{"status":"WIN"}',
    event: inBase64('{"status":"WIN"}'),
  }),
  settle('a body that is too large', 413, 'open', { body: 'x'.repeat(70_000) }),
];

const page = (path: string, headers: Headers = []): GoldenRequest =>
  golden('a page', 200, ['GET', path], `GET ${path}`, { headers });

const pages: GoldenRequest[] = [
  page('/openapi.json'),
  page('/docs'),
  page('/docs/problems'),
  page('/assets/pages.css'),
  page('/assets/console.css', [['Accept-Encoding', 'br, gzip']]),
  golden('a page that has not changed', 304, ['GET', '/docs'], 'GET /docs', {
    headers: [['If-None-Match', '*']],
  }),
];

/** Requests that API Gateway answers itself on AWS, in words of its own. */
const answeredBefore: GoldenRequest[] = [
  golden('alive', 200, ['GET', '/livez'], undefined),
  golden('ready', 200, ['GET', '/readyz'], undefined),
  golden('only the headers of what changes all the time', 200, ['HEAD', '/metrics'], undefined),
  golden('only the headers', 200, ['HEAD', '/bets'], undefined),
  golden('only the headers of what is not there', 404, ['HEAD', '/bets/made-up'], undefined),
  golden('another method', 405, ['DELETE', '/bets'], undefined),
  golden('another method on an id', 405, ['PATCH', '/bets/made-up'], undefined),
  golden('another method on an event', 405, ['POST', '/events/open'], undefined, {
    headers: json(),
    body: '{}',
  }),
  golden('another method on a page', 405, ['PUT', '/docs'], undefined),
  golden('what may be done', 405, ['OPTIONS', '/bets'], undefined),
  golden('another path', 404, ['GET', '/wagers'], undefined),
  golden('another path with a query', 404, ['GET', '/wagers?a=b&a=c'], undefined),
  golden('a path in capitals', 404, ['GET', '/BETS'], undefined),
  golden('a path that is too long', 404, ['GET', '/bets/a/b'], undefined),
  golden('two slashes', 404, ['GET', '//bets'], undefined),
  golden('an event without an id', 405, ['PUT', '/events/'], undefined),
  golden('percent signs without digits', 400, ['GET', '/bets/%zz'], undefined),
  golden('bytes that are not UTF-8', 400, ['GET', '/bets/%FF'], undefined),
  golden('a query that cannot be decoded', 422, ['GET', '/bets?limit=%zz'], undefined),
];

export const GOLDEN_REQUESTS = [placing, listing, reading, settling, pages, answeredBefore].flat();
