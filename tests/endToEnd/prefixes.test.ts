import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createServer, request as forward, type Server } from 'node:http';
import { listen } from '../../infra/local/listen.ts';
import { type Service, startService } from '../support/service.ts';

/** A proxy that has the service at `/api`, and nothing anywhere else. */
function proxyTo(target: () => string, pathFor: (path: string) => string): Server {
  return createServer((request, response) => {
    const { method, headers, url = '' } = request;
    if (!/^\/api(?:[/?]|$)/.test(url)) return void response.writeHead(404).end('not the service');
    const { hostname, port } = new URL(target());
    const to = { hostname, port, method, path: pathFor(url), headers };
    const answered = forward(to, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
      answer.pipe(response);
    });
    request.pipe(answered);
  });
}

const CASES: [string, Record<string, string>, (path: string) => string][] = [
  ['takes its path off', {}, (path) => path.replace(/^\/api\/?/, '/')],
  ['leaves its path on', { BASE_PATH: '/api' }, (path) => path],
];

describe.each(CASES)('behind a proxy that %s', (_what, environment, pathFor) => {
  let service: Service;
  let proxy: Server;
  let base: string;
  beforeAll(async () => {
    service = await startService(environment);
    proxy = proxyTo(() => service.url, pathFor);
    base = `http://127.0.0.1:${await listen(proxy)}/api/`;
  });
  afterAll(async () => {
    proxy.close();
    await service.stop('SIGTERM');
  });

  const ask = (path: string, init: RequestInit = {}) => fetch(new URL(path, base), init);
  const send = (method: string, path: string, body: object) =>
    ask(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  /** What a reference in an answer leads to. */
  const follow = (answer: Response, reference: string | undefined | null) =>
    fetch(new URL(reference ?? 'missing', answer.url));
  const place = (event_id: string, path = 'bets') => send('POST', path, { event_id, amount: '1' });

  it.each(['bets', 'bets/'])('Location leads from %s to the bet', async (path) => {
    const placed = await place(randomUUID(), path);

    const found = await follow(placed, placed.headers.get('location'));

    expect(found.status).toBe(200);
    expect(await found.json()).toEqual(await placed.json());
  });

  it.each(['bets', 'bets/', 'events'])('Link leads through the pages of %s', async (path) => {
    await place(randomUUID());
    await place(randomUUID());
    const [first, whole] = [await ask(`${path}?limit=1`), await ask(`${path}?limit=2`)];

    const link = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1];
    const second = await follow(first, link);

    const pages = [await first.json(), await second.json()];
    expect(pages.flat()).toEqual(await whole.json());
  });

  const long = 'x'.repeat(257);
  it.each([
    ['GET', 'bets?limit=0', 422],
    ['GET', 'bets/?limit=0', 422],
    ['GET', 'bets/none', 404],
    ['GET', 'bets/none/', 404],
    ['GET', `events/${long}`, 422],
    ['GET', 'events/football%2Fepl', 404],
    ['GET', 'events/football%2Fepl%2F', 404],
    ['DELETE', 'bets', 405],
    ['DELETE', 'bets/none', 405],
    ['GET', 'a/b/c/', 404],
    ['POST', 'docs/problems', 405],
    ['GET', 'bets/%zz', 400],
  ])('the type of a problem leads from %s %.30s to its section', async (method, path, status) => {
    const refused = await ask(path, { method });
    const { type }: { type: string } = JSON.parse(await refused.text());

    const page = await follow(refused, type);

    expect([refused.status, page.status]).toEqual([status, 200]);
    expect(await page.text()).toContain(`<section id="${type.split('#')[1]}"`);
  });

  it.each(['', 'docs', 'docs/', 'docs/problems', 'docs/problems/'])(
    'every reference of the page /%s leads to something',
    async (path) => {
      const page = await ask(path);
      const html = await page.text();

      const references = [...html.matchAll(/ (?:href|src)="([^"#][^"]*)"/g)].map(([, to]) => to);
      const found = await Promise.all(references.map((to) => follow(page, to)));

      expect(references.length).toBeGreaterThan(5);
      expect(found.filter(({ status }) => status !== 200).map(({ url }) => url)).toEqual([]);
    },
  );

  it('the scripts of the console load theirs, and the document names this server', async () => {
    const script = await ask('assets/console.js');
    const imports = [...(await script.text()).matchAll(/ from '([^']+)'/g)].map(([, from]) => from);
    const document = await ask('openapi.json');
    const { servers }: { servers: { url: string }[] } = JSON.parse(await document.text());

    const loaded = await Promise.all(imports.map((from) => follow(script, from)));
    const alive = await fetch(`${new URL(servers[0]?.url ?? '', document.url).href}livez`);

    expect(loaded.map(({ status }) => status)).toEqual(imports.map(() => 200));
    expect(imports.length).toBeGreaterThan(3);
    expect(alive.status).toBe(200);
  });
});

it('leads from its base path to the console’s slash, and serves without the path', async () => {
  const service = await startService({ BASE_PATH: '/bookmaker/api' });

  const led = await Promise.all(['', '?a=b'].map((q) => fetch(`${service.url}/bookmaker/api${q}`)));
  const probed = await service.get('/livez');
  await service.stop('SIGTERM');

  const console = `${service.url}/bookmaker/api/`;
  expect(led.map(({ status, url }) => [status, url])).toEqual([
    [200, console],
    [200, `${console}?a=b`],
  ]);
  expect(probed.status).toBe(200);
});
