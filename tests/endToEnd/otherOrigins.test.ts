import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type Service, startService } from '../support/service.ts';

const APP = 'https://app.example';
const EVIL = 'https://evil.example';
/** What a browser may read of an answer to a page of another origin. */
const READABLE =
  'etag, idempotency-replayed, link, location, retry-after, www-authenticate, x-request-id';

/** With `node:http`, which leaves `Origin` as it is. */
async function ask(service: Service, method: string, path: string, headers: object, body = '') {
  const { hostname, port } = new URL(service.url);
  const length = { 'content-length': body.length, connection: 'close' };
  const sent = request({ hostname, port, method, path, headers: { ...headers, ...length } });
  const answered = once(sent, 'response');
  sent.end(body);
  const [answer]: IncomingMessage[] = await answered;
  answer?.resume();
  return { status: answer?.statusCode, headers: answer?.headers ?? {} };
}

/** What an answer says of other origins, and what it depends on. */
function corsOf({ headers }: Awaited<ReturnType<typeof ask>>) {
  const told = Object.entries(headers).filter(([name]) => /^access-control-|^vary$/.test(name));
  return Object.fromEntries(told);
}

const preflight = (origin: string) => ({
  origin,
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'content-type',
});
const bet = () => JSON.stringify({ event_id: randomUUID(), amount: '1' });
const JSON_TYPE = { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' };

describe('with CORS_ORIGINS', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ CORS_ORIGINS: `http://localhost:8080,${APP}` });
  });
  afterAll(() => service.stop('SIGTERM'));

  it.each(['/bets', '/events/a%2Fb', '/events/1'])(
    'tells a browser before a call to %s what a page of an origin may send',
    async (path) => {
      const answer = await ask(service, 'OPTIONS', path, preflight(APP));

      expect(answer.status).toBe(204);
      expect(corsOf(answer)).toEqual({
        vary: 'origin',
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD, POST, PUT',
        'access-control-allow-headers':
          'authorization, content-type, idempotency-key, if-match, if-none-match, x-correlation-id',
        'access-control-max-age': '600',
      });
    },
  );

  it.each([
    ['POST', '/bets', 201],
    ['GET', '/bets?limit=1', 200],
    ['GET', '/bets/none', 404],
    ['PUT', '/bets', 405],
    ['OPTIONS', '/bets', 405],
    ['GET', '/nowhere', 404],
  ])('lets a page of the origin read the answer to %s %s', async (method, path, status) => {
    const body = method === 'POST' ? bet() : '';

    const answer = await ask(service, method, path, { ...JSON_TYPE, origin: APP }, body);

    expect(answer.status).toBe(status);
    expect(corsOf(answer)).toEqual({
      vary: expect.stringContaining('origin'),
      'access-control-allow-origin': APP,
      'access-control-expose-headers': READABLE,
    });
  });

  it('says of the document that it depends on the origin and on compression', async () => {
    const answer = await ask(service, 'GET', '/openapi.json', { origin: APP });

    expect(corsOf(answer)).toMatchObject({ vary: 'origin, accept-encoding' });
  });

  it.each([EVIL, `${APP}.evil.example`, 'null', '', `${APP},${EVIL}`, 'HTTPS://APP.EXAMPLE'])(
    'tells nothing to the browser of a page of %j, and places no bet for it',
    async (origin) => {
      const [asked, placed, read] = [
        await ask(service, 'OPTIONS', '/bets', preflight(origin)),
        await ask(service, 'POST', '/bets', { ...JSON_TYPE, origin }, bet()),
        await ask(service, 'GET', '/bets?limit=1', { origin }),
      ];

      expect([asked, placed, read].map(({ status }) => status)).toEqual([405, 403, 200]);
      expect([asked, placed].map(corsOf)).toEqual([{ vary: 'origin' }, { vary: 'origin' }]);
      expect(corsOf(read)).toEqual({ vary: expect.stringContaining('origin') });
    },
  );
});

it('tells no browser anything without CORS_ORIGINS', async () => {
  const service = await startService();

  const [asked, placed] = [
    await ask(service, 'OPTIONS', '/bets', preflight(APP)),
    await ask(service, 'POST', '/bets', { ...JSON_TYPE, origin: APP }, bet()),
  ];
  await service.stop('SIGTERM');

  expect([asked, placed].map(({ status }) => status)).toEqual([405, 403]);
  expect([asked, placed].map(corsOf)).toEqual([{}, {}]);
});
