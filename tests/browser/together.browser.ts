import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { BetJson, EventJson } from '../../lib/http/bodies.ts';
import { createRandom } from '../simulation/random.ts';
import { pagesFrom, type Service, startService } from '../support/service.ts';
import { consoleOn } from './consolePage.ts';
import { launch, openQuietPage } from './quietPage.ts';

/** Five minutes in the deep lane. */
const SECONDS = Number(process.env['TOGETHER_SECONDS'] ?? 20);
const SEED = Number(process.env['TOGETHER_SEED'] ?? 1);
/** When a console must show what the API answers. */
const REFRESH_MS = 5_000;
const EVENTS = Array.from({ length: 12 }, (_, index) => `cup/матч ${index}`);

const random = createRandom(SEED);
const below = (count: number): number => random.between(0, count - 1);
const [FIRST, ...OTHERS] = EVENTS;
const anEvent = (): string => random.pick([FIRST ?? '', ...OTHERS]);
const outcome = () => random.pick(['WIN', 'LOSE']);

let browser: Browser;
let service: Service;
beforeAll(async () => {
  browser = await launch();
  service = await startService();
});
afterAll(async () => {
  await browser.close();
  await service.stop('SIGTERM');
});

const pathOf = (event: string): string => `/events/${encodeURIComponent(event)}`;
const money = (amount: string): string =>
  Number(amount).toLocaleString('en', { minimumFractionDigits: 2 });

/** The book, as a console shows it. */
async function bookOfApi(): Promise<string[]> {
  const rows: string[] = [];
  for await (const { body } of pagesFrom(service, '/events?limit=100')) {
    for (const { event_id, state, bets, status, version } of body as EventJson[]) {
      const result = `${status ?? '–'}${version > 1 ? ` version ${version}` : ''}`;
      const action = status === null ? 'Settle' : 'Correct';
      rows.push([event_id, state, bets.total, money(bets.staked), result, action].join(' | '));
    }
  }
  return rows;
}

async function betsOfApi(status: string): Promise<string[]> {
  const { body } = await service.get(`/bets?limit=100${status && `&status=${status}`}`);
  return (body as BetJson[]).map((bet) =>
    [bet.event_id, money(bet.amount), bet.status, bet.id].join(' | '),
  );
}

/** The cells of the rows in a table, run in the page. */
const rowsOf = (page: Page, table: string, cells: string): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('${table} tr:not(.skeleton)')].map((row) =>
    [...row.querySelectorAll('${cells}')].map((cell) => cell.innerText.trim()).join(' | '))`);

/** A place that a console may be at, and what the API says of it. */
interface Place {
  address: string;
  shown: (page: Page) => Promise<string[]>;
  told: () => Promise<string[]>;
}

const book: Place = {
  address: '/#/events?tab=all',
  shown: (page) => rowsOf(page, '#events', 'th, td'),
  told: bookOfApi,
};
const betsWith = (status: string): Place => ({
  address: `/#/bets?status=${status}`,
  shown: (page) => rowsOf(page, '#bets', '.event, .number, .badge, code'),
  told: () => betsOfApi(status),
});
const eventPage = (event: string): Place => ({
  address: `/#${pathOf(event)}`,
  shown: async (page) => [
    ...(await page.locator('#event-facts dd').allInnerTexts()),
    ...(await rowsOf(page, '#event-history', '.badge')),
  ],
  told: async () => {
    const { status, body } = await service.get(pathOf(event));
    if (status === 404) return [];
    const known = body as EventJson;
    const result = known.status ?? 'none yet';
    const { total, staked } = known.bets;
    const results = known.history.toReversed().map((each) => each.status);
    return [known.state, result, `${known.version}`, `${total}`, money(staked), ...results];
  },
});

/** Waits until a console shows what the API answers; how long that took, in milliseconds. */
async function agreement(page: Page, { shown, told }: Place, since: number): Promise<number> {
  for (;;) {
    const [seen, right] = [await shown(page), await told()];
    const waited = Date.now() - since;
    const [seenText, rightText] = [seen.join('\n'), right.join('\n')];
    if (seenText === rightText) return waited;
    if (waited > REFRESH_MS) throw new Error(`Shown is\n${seenText}\nand not\n${rightText}`);
    await page.waitForTimeout(100);
  }
}

/** What an operator does at a console, by clicks. A colleague may be faster. */
async function act(page: Page, place: Place): Promise<void> {
  const seen = consoleOn(page);
  if (place !== book || below(2) === 0) {
    await seen.placeByForm(anEvent(), `${below(5_000) + 1}.${below(90) + 10}`);
    await page.locator('#placed:not(:empty), #place-problem:not(:empty)').first().waitFor();
    return;
  }
  const buttons = page.locator('#events [data-do=decide]');
  if ((await buttons.count()) === 0) return;
  await buttons.nth(below(await buttons.count())).click();
  const radio = seen.dialog.locator('[name=status]:enabled');
  // Not `check`: it would wait for a choice that a colleague has just put in force.
  await radio.nth(below(await radio.count())).dispatchEvent('click');
  await seen.confirm.click({ force: true });
  const told = '#settle:not([open]), #settle-news:not(:empty), #settle-problem:not(:empty)';
  await page.locator(told).first().waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await seen.dialog.waitFor({ state: 'hidden' });
  await page.mouse.move(0, 0);
}

async function actByApi(): Promise<void> {
  const event = anEvent();
  if (below(3) === 0) await service.put(pathOf(event), { status: outcome() });
  else await service.post('/bets', { event_id: event, amount: `${below(900) + 1}.25` });
}

describe('two consoles and the API', () => {
  it(
    `show the same within ${REFRESH_MS} ms of each change (seed ${SEED})`,
    async () => {
      const pages = [
        await openQuietPage(browser, service.url),
        await openQuietPage(browser, service.url),
      ];
      const [first, second] = pages.map(({ page }) => page);
      if (first === undefined || second === undefined) throw new Error('There are two.');
      await service.post('/bets', { event_id: FIRST, amount: '1.00' });
      await first.goto(book.address);
      const waits: number[] = [];
      const end = Date.now() + 1000 * SECONDS;

      while (Date.now() < end) {
        const place = random.pick([
          book,
          betsWith(''),
          betsWith('pending'),
          betsWith('won'),
          eventPage(anEvent()),
        ]);
        await second.goto(place.address);
        await Promise.all([act(first, book), act(second, place), actByApi()]);
        const since = Date.now();
        waits.push(await agreement(first, book, since), await agreement(second, place, since));
      }

      expect(waits.length).toBeGreaterThanOrEqual(4);
      expect(Math.max(...waits)).toBeLessThanOrEqual(REFRESH_MS);
      const thrown = pages.flatMap(({ noise }) =>
        noise.filter((each) => /^(thrown|foreign)/.test(each)),
      );
      expect(thrown).toEqual([]);
      await Promise.all(pages.map(({ page }) => page.close()));
    },
    1000 * SECONDS + 120_000,
  );
});
