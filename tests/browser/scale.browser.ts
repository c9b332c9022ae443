import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type Service, startService } from '../support/service.ts';
import { fakeApi, fakeBet, fakeEvent } from './fakeApi.ts';
import { createRandom } from '../simulation/random.ts';
import { launch, openQuietPage } from './quietPage.ts';

const EVENTS = 300;
const BETS = 100_000;
const MAX_TASK_MS = 100;
/** A machine that does something else may hold one task up, but not one in each window. */
const WINDOWS = 3;

const random = createRandom(1);

let browser: Browser;
let service: Service;
let page: Page;
let noise: string[];
let api: Awaited<ReturnType<typeof fakeApi>>;
beforeAll(async () => {
  browser = await launch();
  service = await startService();
});
afterAll(async () => {
  await browser.close();
  await service.stop('SIGTERM');
});
beforeEach(async () => {
  ({ page, noise } = await openQuietPage(browser, service.url));
  await page.addInitScript(`globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    }).observe({ type: 'longtask' });`);
  const events = Array.from({ length: EVENTS }, (_, index) => fakeEvent(`league:match-${index}`));
  const bets = Array.from({ length: BETS }, (_, index) =>
    fakeBet(index, `league:match-${index % EVENTS}`),
  ).toReversed();
  api = await fakeApi(page, { events, bets });
});
afterEach(() => page.close());

/** Every event takes bets, and some get a result. */
function goOn(): void {
  for (const [index, event] of api.events.entries()) {
    event.bets = { ...event.bets, total: event.bets.total + index };
    if (random.chance(0.02)) Object.assign(event, { status: 'WIN', version: 1, state: 'settled' });
  }
  const count = api.bets.length;
  for (let more = 0; more < 50; more += 1) {
    api.bets.unshift(fakeBet(count + more, `league:match-${more}`));
  }
}

/** The longest task in the page while it asks twice for what has changed, in each window. */
async function longestTasks(path: string): Promise<number[]> {
  const longest: number[] = [];
  for (let index = 0; index < WINDOWS; index += 1) {
    await page.evaluate('longest = 0');
    for (let polls = 0; polls < 2; polls += 1) {
      goOn();
      await page.waitForResponse(`**/${path}?*`);
    }
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 300))');
    longest.push(await page.evaluate<number>('longest'));
  }
  return longest;
}

describe(`with ${EVENTS} events and ${BETS} bets`, () => {
  it.each([
    ['all events', '#/events?tab=all', 'events', '#events tr'],
    ['the bets', '#/bets', 'bets', '#bets tr'],
    ['an event', '#/events/league:match-7', 'bets', '#event-bets tr'],
  ])('the page of %s polls without a long task', async (_name, address, path, rows) => {
    await page.goto(`/${address}`);
    await page.locator(`${rows}:not(.skeleton)`).nth(99).waitFor();

    const longest = await longestTasks(path);

    expect(Math.min(...longest)).toBeLessThanOrEqual(MAX_TASK_MS);
    expect(await page.locator(`${rows}:not(.skeleton)`).count()).toBe(100);
    expect(noise).toEqual([]);
  });

  it('all bets can be reached, page by page, and none is shown twice', async () => {
    await page.goto('/#/bets');
    const ids = new Set<string>();
    const PAGES = 12;

    for (let pages = 0; pages < PAGES; pages += 1) {
      await page.locator('#bets tr:not(.skeleton)').nth(99).waitFor();
      for (const id of await page.locator('#bets code').allInnerTexts()) ids.add(id);
      await page.locator('#bets-pager').getByRole('link', { name: 'Older' }).click();
    }

    expect(ids.size).toBe(100 * PAGES);
  });
});
