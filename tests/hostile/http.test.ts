import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Service, startService } from '../support/service.ts';
import { shout, takeAnswers, type WireAnswer } from './wire.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop('SIGTERM');
});

const HOST = 'Host: localhost\r\nConnection: close\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
/** The service closes each of these connections; this is for when it does not. */
const QUIET_MS = 60_000;

/** Every answer to the bytes, in order. Interim answers (1xx) are among them. */
async function answersTo(bytes: string | Buffer): Promise<WireAnswer[]> {
  const { answers, rest } = takeAnswers(await shout(service.url, Buffer.from(bytes), QUIET_MS));
  expect(rest).toHaveLength(0);
  return answers;
}
const statusesOf = async (bytes: string | Buffer): Promise<number[]> =>
  (await answersTo(bytes)).map(({ status }) => status);

function codeOf({ body }: WireAnswer): string {
  const { type }: { type: string } = JSON.parse(body);
  return type.replace(/^(\.\.\/)*docs\/problems#/, '');
}

/** The status and the problem of every answer; the media type too when it is not a problem's. */
async function refusalsOf(bytes: string | Buffer): Promise<unknown[][]> {
  return (await answersTo(bytes)).map((answer) => {
    const type = answer.headers.get('content-type');
    return type === 'application/problem+json'
      ? [answer.status, codeOf(answer)]
      : [answer.status, type, answer.body];
  });
}

const bet = (event: string): string => JSON.stringify({ event_id: event, amount: '1.00' });
const post = (headers: string, body: string): string =>
  `POST /bets HTTP/1.1\r\n${HOST}${JSON_TYPE}${headers}\r\n${body}`;
const placing = (event: string): string =>
  post(`Content-Length: ${bet(event).length}\r\n`, bet(event)).replace('Connection: close\r\n', '');

describe('what smuggles a request past a proxy', () => {
  const smuggled = `GET /livez HTTP/1.1\r\n${HOST}\r\n`;

  it.each([
    ['a length beside chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
    ['chunks beside a length', 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n'],
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 5\r\n'],
    ['two lengths in one', 'Content-Length: 0, 5\r\n'],
    ['a signed length', 'Content-Length: +5\r\n'],
    ['a hexadecimal length', 'Content-Length: 0x5\r\n'],
    ['an unknown coding', 'Transfer-Encoding: xchunked\r\n'],
    ['chunks that are not last', 'Transfer-Encoding: chunked, identity\r\n'],
    ['a coding within the chunks', 'Transfer-Encoding: gzip, chunked\r\n'],
    ['chunks twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n'],
    ['a folded line', 'Transfer-Encoding:\r\n chunked\r\n'],
    ['a folded length', 'Content-Length: 5\r\n 6\r\n'],
    ['a vertical tab in the coding', 'Transfer-Encoding: \x0bchunked\r\n'],
    ['a NUL in a header', 'X: a\0b\r\n'],
    ['a bare CR in a header', 'X: a\rContent-Length: 5\r\n'],
    ['a bare LF after a header', 'X: a\nContent-Length: 5\r\n'],
  ])('is refused: %s', async (_name, headers) => {
    const refusals = await refusalsOf(post(headers, `0\r\n\r\n${smuggled}`));

    expect(refusals).toEqual([[400, 'malformed-request']]);
  });

  it('is refused: chunks in HTTP/1.0', async () => {
    const head = post('Transfer-Encoding: chunked\r\n', '').replace('HTTP/1.1', 'HTTP/1.0');

    const refusals = await refusalsOf(`${head}0\r\n\r\n${smuggled}`);

    expect(refusals).toEqual([[400, 'malformed-request']]);
  });

  it.each([
    ['a bare LF after the size', '2\n{}\r\n0\r\n\r\n'],
    ['a size that is no number', 'x\r\n{}\r\n0\r\n\r\n'],
    ['a size that overflows', 'ffffffffffffffffff\r\n{}\r\n0\r\n\r\n'],
    ['a chunk longer than its size', '1\r\n{}\r\n0\r\n\r\n'],
    ['an extension of 20,000 bytes', `2;a=${'b'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`],
  ])('is refused in chunks: %s', async (_name, chunks) => {
    const refusals = await refusalsOf(post('Transfer-Encoding: chunked\r\n', chunks));

    const code = expect.stringMatching(/^(malformed|body|head)/);
    expect(refusals).toEqual([[expect.any(Number), code]]);
  });

  it('takes a bet in chunks with short extensions, which say nothing', async () => {
    const body = bet(randomUUID());
    const chunk = `${body.length.toString(16)};a="b"\r\n${body}\r\n0\r\n\r\n`;

    expect(await statusesOf(post('Transfer-Encoding: Chunked\r\n', chunk))).toEqual([201]);
  });

  it('answers requests on one connection in their order', async () => {
    expect(await statusesOf(`${placing(randomUUID())}${smuggled}`)).toEqual([201, 200]);
  });
});

it('answers a bet before the nonsense behind it, which might be taken for its answer', async () => {
  const event = randomUUID();

  expect(await statusesOf(`${placing(event)}nonsense\r\n\r\n`)).toEqual([201, 400]);
  expect((await service.get(`/bets?event_id=${event}`)).body).toHaveLength(1);
});

describe('odd protocols and methods', () => {
  it.each([
    ['no Host', 'GET /bets HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['two Hosts', `GET /bets HTTP/1.1\r\nHost: y\r\n${HOST}\r\n`],
    ['two Hosts in HTTP/1.0', `GET /bets HTTP/1.0\r\nHost: y\r\n${HOST}\r\n`],
    ['HTTP/0.9', 'GET /bets\r\n\r\n'],
    ['HTTP/1.2', `GET /bets HTTP/1.2\r\n${HOST}\r\n`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an unknown method', `BREW /bets HTTP/1.1\r\n${HOST}\r\n`],
  ])('%s cannot be read', async (_name, bytes) => {
    expect(await refusalsOf(bytes)).toEqual([[400, 'malformed-request']]);
  });

  it.each([
    ['CONNECT db:8000', 405, 'method-not-allowed'],
    ['TRACE /bets', 405, 'method-not-allowed'],
    ['OPTIONS *', 404, 'route-not-found'],
  ])('%s leads nowhere', async (line, status, code) => {
    expect(await refusalsOf(`${line} HTTP/1.1\r\n${HOST}\r\n`)).toEqual([[status, code]]);
  });

  it('names no method that CONNECT could have had', async () => {
    const [answer] = await answersTo('CONNECT db:8000 HTTP/1.1\r\n\r\n');

    expect([answer?.status, answer?.headers.get('allow')]).toEqual([405, '']);
  });

  it('asks for the body of a client that expects 100-continue, and takes the bet', async () => {
    const body = bet(randomUUID());

    const expecting = post(`Expect: 100-continue\r\nContent-Length: ${body.length}\r\n`, body);

    expect(await statusesOf(expecting)).toEqual([100, 201]);
  });

  it('does not read the body behind an Expect that it refuses as another request', async () => {
    const hidden = `GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const head = 'POST /bets HTTP/1.1\r\nHost: localhost\r\nExpect: y\r\n';
    const bytes = `${head}Content-Length: ${hidden.length}\r\n\r\n${hidden}`;

    expect(await refusalsOf(bytes)).toEqual([[417, 'expectation-failed']]);
  });

  it.each([
    ['its Host', 'GET /livez HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n'],
    ['its target', `GET http://evil/livez HTTP/1.1\r\n${HOST}\r\n`],
    ['its target in disguise', `GET http://localhost:x@evil/livez HTTP/1.1\r\n${HOST}\r\n`],
  ])('is refused for another host: %s', async (_name, bytes) => {
    expect(await refusalsOf(bytes)).toEqual([[421, 'misdirected']]);
  });

  const upgrade = 'Upgrade: h2c\r\nConnection: upgrade, close\r\n';
  it.each([
    ['HTTP/1.0', 'GET /livez HTTP/1.0\r\n\r\n'],
    ['a whole URL as its target', `GET http://localhost/livez HTTP/1.1\r\n${HOST}\r\n`],
    ['an upgrade that is not taken', `GET /livez HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`],
  ])('serves %s', async (_name, bytes) => {
    const answers = await answersTo(bytes);

    expect(answers.map((answer) => answer.status)).toEqual([200]);
  });
});

describe('what is too much', () => {
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const arrays = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
  const length = (body: { length: number }): string => `Content-Length: ${body.length}\r\n`;

  it.each([
    ['one header of 20,000 bytes', `X: ${'x'.repeat(20_000)}\r\n`],
    ['2,000 headers', Array.from({ length: 2_000 }, (_, index) => `X-${index}: y\r\n`).join('')],
  ])('%s', async (_name, headers) => {
    const refusals = await refusalsOf(`GET /bets HTTP/1.1\r\n${HOST}${headers}\r\n`);

    expect(refusals).toEqual([[431, 'headers-too-large']]);
  });

  it.each(['gzip', 'GZIP', 'deflate', 'br', 'zstd', 'gzip, gzip'])(
    'a compressed bomb (%s) is refused before it is unpacked',
    async (encoding) => {
      const head = post(`Content-Encoding: ${encoding}\r\n${length(bomb)}`, '');

      const refusals = await refusalsOf(Buffer.concat([Buffer.from(head), bomb]));

      expect(refusals).toEqual([[415, 'unsupported-media-type']]);
    },
  );

  it('a body of 20 MB is passed over and refused', async () => {
    const body = 'x'.repeat(20_000_000);

    expect(await refusalsOf(post(length(body), body))).toEqual([[413, 'body-too-large']]);
  });

  it.each([
    ['arrays', arrays],
    ['objects', objects(10_000)],
    ['unclosed arrays', '['.repeat(60_000)],
    ['objects in an amount', `{"event_id":"1","amount":${objects(9_000)}}`],
    ['arrays beside a number', `{"amount":1,"event_id":${arrays}}`],
  ])('%s, tens of thousands deep, are refused', async (_name, body) => {
    expect(await statusesOf(post(length(body), body))).toEqual([422]);
  });

  it.each([
    '{"event_id":"1","amount":"1.00","__proto__":{"status":"won"}}',
    '{"event_id":"1","amount":"1.00","constructor":{"prototype":{"status":"won"}}}',
    '{"event_id":"1","amount":"1.00","toString":"x"}',
    '{"__proto__":{"event_id":"1","amount":"1.00"}}',
    '{"constructor":{"prototype":{"event_id":"1"}},"amount":"1.00"}',
  ])('a body that reaches for prototypes is refused: %s', async (body) => {
    expect(await statusesOf(post(length(body), body))).toEqual([422]);
    expect((await service.post('/bets', {})).status).toBe(422);
  });
});
