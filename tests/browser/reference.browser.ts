import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { calls } from '../openapi/document.ts';
import { type Service, startService } from '../support/service.ts';
import { launch, openQuietPage } from './quietPage.ts';

const PAGES = ['/docs', '/docs/problems'];

let service: Service;
let browser: Browser;
beforeAll(async () => {
  service = await startService();
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await service.stop('SIGTERM');
});

let page: Page;
let noise: string[];
beforeEach(async () => {
  ({ page, noise } = await openQuietPage(browser, service.url));
});
afterEach(() => page.close());

/** Run in the page, whose own types these tests do not have. */
const GROUND = 'getComputedStyle(document.body).backgroundColor';
const MISCHIEF = `(async () => {
  const script = document.createElement('script');
  script.textContent = 'window.inlineRan = true';
  document.body.append(script);
  document.body.insertAdjacentHTML('beforeend', '<p style="color: red">red</p>');
  const foreign = await fetch('http://192.0.2.1/').then(() => 'answered', () => 'stopped');
  return ['inlineRan' in window, foreign];
})()`;
const IS_WIDER = 'document.documentElement.scrollWidth > innerWidth';
const FINDINGS = `axe.run().then(({ violations }) => violations
  .filter(({ impact }) => ['serious', 'critical'].includes(impact))
  .map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))]))`;
const DEAD_LINKS = `[...document.querySelectorAll('a[href^="#"]')]
  .map((link) => link.getAttribute('href').slice(1))
  .filter((id) => document.getElementById(id) === null)`;

describe('/docs', () => {
  it('has every call of the document, each with its own place in the contents', async () => {
    await page.goto('/docs');

    const shown: string[] = await page
      .locator('.call')
      .evaluateAll((all) => all.map(({ id }) => id));
    const linked = await page
      .locator('.contents a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')));

    const ids = calls.map(({ operation }) => operation.operationId);
    expect(shown.sort()).toEqual(ids.sort());
    expect(linked).toEqual(expect.arrayContaining(ids.map((id) => `#${id}`)));
    expect(await page.evaluate(DEAD_LINKS)).toEqual([]);
    expect(noise).toEqual([]);
  });

  it('shows the samples in the language that is chosen, with the keyboard too', async () => {
    await page.goto('/docs');
    const shown = () => page.locator('.sample:visible').first().innerText();

    const first = await shown();
    await page.getByLabel('curl', { exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    const second = await shown();
    await page.getByText('Python', { exact: true }).click();
    const third = await shown();

    expect(first).toContain('api=${1:-http://127.0.0.1:3000}');
    expect(second).toContain('const api = process.argv[2]');
    expect(third).toContain('from urllib.request import');
  });

  it('leads from a call to the problems that it may answer', async () => {
    await page.goto('/docs');

    await page.locator('#placeBet').getByRole('link', { name: 'event-settled' }).click();

    const explained = page.locator(':target');
    await explained.waitFor();
    expect(await explained.innerText()).toContain('The event takes no more bets');
    expect(noise).toEqual([]);
  });

  it('tells what any call may answer once, and not at every call', async () => {
    await page.goto('/docs');
    const part = page.getByText('The headers are too large', { exact: false });

    expect(await part.count()).toBe(1);
  });
});

describe.each(PAGES)('%s', (path) => {
  it.each(['light', 'dark'] as const)('has no fault that axe calls serious, %s', async (scheme) => {
    const { page: own } = await openQuietPage(browser, service.url, scheme);
    await own.goto(path);
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

    // The policy of the page stops scripts of others: Chromium's own are not under it.
    await own.evaluate(await readFile(axe, 'utf8'));
    const findings = await own.evaluate(FINDINGS);
    const ground = await own.evaluate<string>(GROUND);

    const isDark = (ground.match(/\d+/g) ?? []).every((part) => Number(part) < 64);
    expect([findings, isDark]).toEqual([[], scheme === 'dark']);
    await own.close();
  });

  it.each([320, 768, 1280, 1920])('fits a window of %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(path);

    expect(await page.evaluate(IS_WIDER)).toBe(false);
  });

  it('stops what is inline and what is foreign', async () => {
    await page.goto(path);

    const ran = await page.evaluate(MISCHIEF);

    expect(ran).toEqual([false, 'stopped']);
    const stopped = noise.map((each) => /directive:? ["']([\w-]+)/.exec(each)?.[1]);
    expect(stopped).toEqual(expect.arrayContaining(['script-src', 'style-src', 'connect-src']));
  });
});
