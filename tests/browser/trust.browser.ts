import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { times } from '../contract/parts.ts';
import { type Service, startService } from '../support/service.ts';
import { consoleOn } from './consolePage.ts';
import { fakeApi, fakeEvent } from './fakeApi.ts';
import { launch, openQuietPage } from './quietPage.ts';

let browser: Browser;
let service: Service;
let page: Page;
let seen: ReturnType<typeof consoleOn>;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  service = await startService();
  ({ page } = await openQuietPage(browser, service.url));
  seen = consoleOn(page);
});
afterEach(async () => {
  await page.close();
  await service.stop('SIGTERM');
});

const bet = (event_id: string, amount: string) => service.post('/bets', { event_id, amount });

describe('what is shown', () => {
  it('has an age, and times in a zone with a name', async () => {
    const timezoneId = 'Asia/Kolkata';
    const there = await browser.newPage({ baseURL: service.url, timezoneId });
    await bet('match', '1.00');
    const [placed] = (await service.get('/bets')).body as { placed_at: string }[];
    await there.goto('/#/bets');
    await there.locator('#bets time').waitFor();

    const age = await there.locator('#age').innerText();
    const zone = await there.locator('#zone').innerText();
    const shown = await there.locator('#bets time').innerText();
    const full = await there.locator('#bets time').getAttribute('title');

    const clock = { timeStyle: 'medium', timeZone: timezoneId } as const;
    const expected = new Date(placed?.placed_at ?? '').toLocaleTimeString('en-GB', clock);
    expect(age).toMatch(/^Updated \d s ago$/);
    expect(zone).toBe('Times in Asia/Calcutta (GMT+5:30)');
    expect(shown).toContain(expected);
    expect(full).toBe(placed?.placed_at);
    await there.close();
  });

  it('is a skeleton until it is known', async () => {
    let isHeld = true;
    await page.route('**/events?*', (route) => (isHeld ? undefined : route.continue()));
    await page.goto('/');

    await page.locator('#events .skeleton').nth(7).waitFor();
    const busy = await page.locator('#events-table').getAttribute('aria-busy');
    isHeld = false;
    await page.getByText('No event has a bet yet').waitFor();

    expect(busy).toBe('true');
    expect(await page.locator('#events-table').getAttribute('aria-busy')).toBe('false');
    expect(await page.locator('.skeleton').count()).toBe(0);
  });

  it('lets the full id of a bet and of an event be copied', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await bet('cup / final', '1.00');
    const [placed] = (await service.get('/bets')).body as { id: string }[];
    const copied = () => page.evaluate('navigator.clipboard.readText()');
    await page.goto('/#/bets');

    await page.getByRole('button', { name: `Copy the id ${placed?.id}` }).click();
    await page.getByText(`Copied ${placed?.id}`).waitFor();
    const ofBet = await copied();
    await page.goto(`/#/events/${encodeURIComponent('cup / final')}`);
    await page.getByRole('button', { name: 'Copy the id', exact: true }).click();
    await page.getByText('Copied cup / final').waitFor();

    expect([ofBet, await copied()]).toEqual([placed?.id, 'cup / final']);
  });
});

/** What is saved when the button is pressed. */
async function saved(): Promise<string[][]> {
  const starting = page.waitForEvent('download');
  await page.locator('.view:not([hidden])').getByRole('button', { name: 'Save as CSV' }).click();
  const text = await readFile(await (await starting).path(), 'utf8');
  expect(text.charCodeAt(0)).toBe(0xfeff);
  const lines = text.slice(1).trimEnd().split('\r\n');
  return lines.map((line) => line.slice(1, -1).split('","'));
}

describe('a file', () => {
  it('has all bets that are filtered, on every page', async () => {
    await times(150, 8, (index) => bet('cup', `${index + 1}.00`));
    await bet('other', '1000.00');
    await page.goto('/#/bets?event_id=cup');
    await seen.bets.first().waitFor();

    const [head, ...rows] = await saved();

    const sum = rows.reduce((total, [, , amount]) => total + Number(amount), 0);
    expect(head).toEqual(['id', 'event_id', 'amount', 'status', 'placed_at', 'settled_at']);
    expect(rows).toHaveLength(150);
    expect([new Set(rows.map(([, event]) => event)).size, sum]).toEqual([1, (150 * 151) / 2]);
    await page.getByText('Saved 150 bets.').waitFor();
  });

  it('has the events that are filtered, and no formula', async () => {
    await bet('=cmd|1', '1.00');
    await bet('a "b", c', '2.00');
    await bet('other', '3.00');
    await page.goto('/#/events?q=c');
    await seen.tab('All 2').waitFor();

    const [head, ...rows] = await saved();

    expect(head?.slice(0, 4)).toEqual(['event_id', 'state', 'bets', 'staked']);
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['a ""b"", c', 'open', '1', '2.00'],
      ["'=cmd|1", 'open', '1', '1.00'],
    ]);
  });
});

describe('polling', () => {
  it('asks with the tags that it has, and is told that nothing changed', async () => {
    await bet('match', '1.00');
    const answers: [string, number][] = [];
    page.on('response', (response) => {
      const { pathname, search } = new URL(response.url());
      if (/^\/(bets|events)$/.test(pathname)) answers.push([pathname + search, response.status()]);
    });
    await page.goto('/');
    await seen.event('match').waitFor();

    await page.waitForResponse((response) => response.url().includes('/events?'));
    await page.waitForResponse((response) => response.url().includes('/bets?'));

    const later = answers.filter(([path], index) =>
      answers.slice(0, index).some(([before]) => before === path),
    );
    expect(new Set(later.map(([, status]) => status))).toEqual(new Set([304]));
  });

  it('of 300 events takes the four requests that the deployment guide counts', async () => {
    const events = Array.from({ length: 300 }, (_, index) => fakeEvent(`match-${index}`));
    const { asked } = await fakeApi(page, { events, bets: [] });
    await page.goto('/');
    await seen.tab('Open 300').waitFor();
    const first = asked.toSorted();

    await page.waitForResponse('**/events?limit=100&cursor=200');

    const pages = [
      'events?limit=100',
      'events?limit=100&cursor=100',
      'events?limit=100&cursor=200',
    ];
    expect(first).toEqual(['bets?limit=8', ...pages]);
    expect(asked.slice(4).toSorted()).toEqual(first);
  });

  it('is slower when nobody touches the page, slowest when it is hidden', async () => {
    await page.clock.install();
    const { asked } = await fakeApi(page, { events: [fakeEvent('match')], bets: [] });
    await page.goto('/');
    await seen.event('match').waitFor();

    const touched = await requestsIn(30, asked);
    await page.clock.fastForward(180_000);
    const idle = await requestsIn(30, asked);
    await page.mouse.move(5, 5);
    await hide(page);
    const hidden = await requestsIn(30, asked);

    expect(touched).toBeGreaterThanOrEqual(8);
    expect(idle).toBeLessThanOrEqual(3);
    expect(idle).toBeGreaterThanOrEqual(1);
    expect(hidden).toBeLessThanOrEqual(1);
  });

  it('goes on at once when somebody comes back', async () => {
    await page.clock.install();
    const { asked } = await fakeApi(page, { events: [fakeEvent('match')], bets: [] });
    await page.goto('/');
    await seen.event('match').waitFor();
    await page.clock.fastForward(200_000);
    await requestsIn(1, asked);
    const before = asked.length;

    await page.mouse.move(9, 9);

    await page.waitForResponse('**/events?*');
    expect(asked.length).toBeGreaterThan(before);
  });
});

/** How often the book is asked for while the page's clock goes on for some seconds. */
async function requestsIn(seconds: number, asked: readonly string[]): Promise<number> {
  const count = () => asked.filter((path) => path.startsWith('events?')).length;
  const before = count();
  for (let second = 0; second < seconds; second += 1) {
    await page.clock.runFor(1_000);
    // The answers come in real time.
    await page.evaluate('fetch("assets/favicon.svg")');
  }
  return count() - before;
}

/** Chromium without a window takes every page for visible, so this one says that it is not. */
function hide(hidden: Page): Promise<unknown> {
  return hidden.evaluate(`Object.defineProperty(document, 'hidden', { value: true });
    document.dispatchEvent(new Event('visibilitychange'))`);
}

describe('behind a path', () => {
  it('the console works as it does without one', async () => {
    await bet('match', '1.00');
    const prefix = `${service.url}/office/bets-desk/`;
    await page.route(`${prefix}**`, async (route) => {
      const url = route.request().url().replace(prefix, `${service.url}/`);
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    const outside: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(prefix)) outside.push(request.url());
    });
    await page.goto(prefix);

    await seen.settle('match', 'WIN');
    await page.getByText('Settled match as WIN · 1 bet · 1.00').waitFor();
    await seen.placeByForm('match', '2');
    const link = page.locator('#place-problem').getByRole('link');

    expect(await link.getAttribute('href')).toBe(`${prefix}docs/problems#event-settled`);
    expect(outside).toEqual([]);
  });
});
