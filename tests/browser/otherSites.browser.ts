import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createServer, request } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { listen } from '../../infra/local/listen.ts';
import { type Service, startService } from '../support/service.ts';
import { launch } from './quietPage.ts';

/** What a page of another site can do to a service without a token, in a real browser. */
const EVIL = 'evil.example';

let service: Service;
let browser: Browser;
let page: Page;
let site = '';
/** The other site. All but its page is the service's, as once its name leads there. */
const evil = createServer((asked, response) => {
  if (asked.url === '/') {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>x</title>');
    return;
  }
  const { method, headers, url: path } = asked;
  const { port } = new URL(service.url);
  const passedOn = request({ host: '127.0.0.1', port, method, headers, path }, (answer) => {
    response.writeHead(answer.statusCode ?? 0, answer.headers);
    answer.pipe(response);
  });
  asked.pipe(passedOn);
});
beforeAll(async () => {
  service = await startService();
  browser = await launch(`--host-resolver-rules=MAP ${EVIL} 127.0.0.1`);
  page = await browser.newPage();
  site = `http://${EVIL}:${await listen(evil)}`;
  await page.goto(site);
});
afterAll(async () => {
  await browser.close();
  evil.close();
  await service.stop('SIGTERM');
});

/** Runs in the page, whose own types these tests do not have. */
const tryFrom = (method: string, url: string, init: object): Promise<string> =>
  page.evaluate(`fetch(${JSON.stringify(url)}, ${JSON.stringify({ method, ...init })})
    .then(({ type, status }) => type + ' ' + status, () => 'stopped')`);

const JSON_TYPE = { 'content-type': 'application/json' };
const WIN = JSON.stringify({ status: 'WIN' });

describe('a page of another site', () => {
  it.each([
    ['with a JSON type', { headers: JSON_TYPE, body: WIN }],
    ['as a text', { body: WIN }],
    ['blindly', { mode: 'no-cors', body: WIN }],
  ])('settles no event %s', async (_how, init) => {
    const event = randomUUID();
    await service.post('/bets', { event_id: event, amount: 1 });

    const seen = await tryFrom('PUT', `${service.url}/events/${event}`, init);

    expect(seen).toBe('stopped');
    expect((await service.get(`/events/${event}`)).body).toMatchObject({ state: 'open' });
  });

  it.each([
    ['with a JSON type', { headers: JSON_TYPE }, 'stopped'],
    ['as a text', {}, 'stopped'],
    ['blindly', { mode: 'no-cors' }, 'opaque 0'],
  ])('places no bet %s', async (_how, init, expected) => {
    const event = randomUUID();
    const body = JSON.stringify({ event_id: event, amount: 1 });

    const seen = await tryFrom('POST', `${service.url}/bets`, { ...init, body });

    expect(seen).toBe(expected);
    expect((await service.get(`/events/${event}`)).status).toBe(404);
  });
});

it('a site whose name leads to the service (DNS rebinding) settles no event', async () => {
  const event = randomUUID();
  await service.post('/bets', { event_id: event, amount: 1 });

  const init = { headers: JSON_TYPE, body: WIN };
  const seen = await tryFrom('PUT', `${site}/events/${event}`, init);

  // To the browser it is the page's own site.
  expect(seen).toBe('basic 421');
  expect((await service.get(`/events/${event}`)).body).toMatchObject({ state: 'open' });
});
