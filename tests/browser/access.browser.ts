import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { type Service, startService } from '../support/service.ts';
import { consoleOn } from './consolePage.ts';
import { launch, openQuietPage } from './quietPage.ts';

let browser: Browser;
let service: Service;
beforeAll(async () => {
  browser = await launch();
  service = await startService();
  for (const event_id of ['open', 'over']) await service.post('/bets', { event_id, amount: '1' });
  await service.put('/events/over', { status: 'WIN' });
});
afterAll(async () => {
  await browser.close();
  await service.stop('SIGTERM');
});

type AxeResults = { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical faults of accessibility, by axe. */
async function faultsOf(looked: Page): Promise<string[]> {
  await looked.evaluate(axe);
  const { violations } = await looked.evaluate<AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describe.each(['light', 'dark'] as const)('the console in the %s', (scheme) => {
  it.each([
    ['all events', '#/events?tab=all', '#events tr:not(.skeleton)'],
    ['an event', '#/events/over', '#event-bets tr:not(.skeleton)'],
    ['an event of which nothing is known', '#/events/never', '#no-event:not([hidden])'],
    ['the bets', '#/bets', '#bets tr:not(.skeleton)'],
  ])('has no serious fault on the page of %s, as axe sees it', async (_name, address, there) => {
    const { page } = await openQuietPage(browser, service.url, scheme);
    await page.goto(`/${address}`);
    await page.locator(there).first().waitFor();

    const faults = await faultsOf(page);

    expect(faults).toEqual([]);
    await page.close();
  });

  it('has none in its forms, dialogs and words after deeds', async () => {
    const { page } = await openQuietPage(browser, service.url, scheme);
    const { decide, choose, confirm, dialog } = consoleOn(page);
    await page.goto('/#/events?tab=all');
    const found = [];

    await page.getByLabel('Amount').fill('1,5');
    await page.getByRole('button', { name: 'Place the bet' }).click();
    await page.locator('#place-amount-fault', { hasText: 'must' }).waitFor();
    found.push(await faultsOf(page));
    await decide('over');
    await page.getByText('The result decides 1 bet').waitFor();
    found.push(await faultsOf(page));
    await page.route('**/events/over', (route) => route.abort());
    await choose('LOSE');
    await confirm.click();
    await page.locator('#settle-problem', { hasText: 'cannot be reached' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    found.push(await faultsOf(page));
    await page.keyboard.press('?');
    await page.locator('#help').waitFor();
    found.push(await faultsOf(page));

    expect(found).toEqual([[], [], [], []]);
    await page.close();
  });
});

describe('what the console loads', () => {
  it('is its own host’s, and at most 100 KB gzipped', async () => {
    const { page, noise } = await openQuietPage(browser, service.url);
    const loaded: Promise<[string, Buffer]>[] = [];
    page.on('response', (response) => {
      const { origin, pathname } = new URL(response.url());
      const own = origin === service.url && /^\/(?:$|assets\/)/.test(pathname);
      if (own) loaded.push(response.body().then((body) => [pathname, body]));
    });

    await page.goto('/', { waitUntil: 'networkidle' });

    const files = await Promise.all(loaded);
    const bytes = files.reduce((sum, [, body]) => sum + gzipSync(body).length, 0);
    const needed = ['/', '/assets/console.js', '/assets/console.css'];
    expect(files.map(([name]) => name)).toEqual(expect.arrayContaining(needed));
    expect(bytes).toBeLessThanOrEqual(100 * 1024);
    expect(noise).toEqual([]);
    await page.close();
  });
});
