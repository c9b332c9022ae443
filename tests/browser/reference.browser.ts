import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { calls } from '../openapi/document.ts';
import { type Service, startService } from '../support/service.ts';
import { launch, openQuietPage } from './quietPage.ts';

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
const COLOURS = `['body', '.swagger-ui'].map(
  (part) => getComputedStyle(document.querySelector(part)).backgroundColor)`;
const MISCHIEF = `(async () => {
  const script = document.createElement('script');
  script.textContent = 'window.inlineRan = true';
  document.body.append(script);
  document.body.insertAdjacentHTML('beforeend', '<p style="color: red">red</p>');
  const foreign = await fetch('http://192.0.2.1/').then(() => 'answered', () => 'stopped');
  return ['inlineRan' in window, foreign];
})()`;

/** Opens a call's form and sends it as it is prefilled. */
async function tryCall(operationId: string): Promise<{ status: string; body: unknown }> {
  const call = page.locator(`[id$="-${operationId}"]`);
  await call.locator('.opblock-summary-control').click();
  await call.getByRole('button', { name: 'Execute' }).click();
  const answer = call.locator('.live-responses-table .response');
  const status = await answer.locator('.response-col_status').innerText();
  const body = await answer.locator('.highlight-code code').first().innerText();
  return { status: status.trim(), body: JSON.parse(body) };
}

describe('/docs', () => {
  it('shows every call of the document, quietly', async () => {
    await page.goto('/docs');
    await page.locator('.opblock').first().waitFor();

    const shown: string[] = await page
      .locator('.opblock')
      .evaluateAll((blocks) => blocks.map((block) => block.id.replace(/^operations-\w+-/, '')));

    expect(shown.sort()).toEqual(calls.map(({ operation }) => operation.operationId).sort());
    expect(noise).toEqual([]);
  });

  it('has a form that places a bet', async () => {
    await page.goto('/docs');

    const { status, body } = await tryCall('placeBet');

    const bets = (await service.get('/bets')).body as { id: string }[];
    expect(status).toBe('201');
    expect(body).toMatchObject({ event_id: 'sr:match:42', amount: '10.50', status: 'pending' });
    expect(bets).toEqual([body]);
    expect(noise).toEqual([]);
  });

  it('has a form that settles the event, and another that shows the bet won', async () => {
    await page.goto('/docs');

    const settled = await tryCall('settleEvent');
    const listed = await tryCall('listBets');

    expect(settled.status).toBe('200');
    expect(settled.body).toMatchObject({ status: 'WIN', state: 'settled' });
    expect(listed.body).toMatchObject([{ event_id: 'sr:match:42', status: 'won' }]);
    expect(noise).toEqual([]);
  });

  it('shows a refusal as its problem, whose type leads to what it means', async () => {
    await page.goto('/docs');

    const { status, body } = await tryCall('placeBet');
    const { type } = body as { type: string };
    await page.goto(type);

    const explained = page.locator(':target');
    await explained.waitFor();
    expect(status).toBe('409');
    expect(await explained.innerText()).toContain('The event takes no more bets');
    // Chromium logs every answer that is no success, this one too.
    expect(noise).toEqual([expect.stringMatching(/^logged: .*status of 409/)]);
  });

  it('is dark for those who like it dark', async () => {
    const dark = await openQuietPage(browser, service.url, 'dark');
    await dark.page.goto('/docs');
    await dark.page.locator('.opblock').first().waitFor();

    const colours = await dark.page.evaluate<string[]>(COLOURS);

    const parts = colours.flatMap((colour) => colour.match(/\d+/g)?.slice(0, 3) ?? []);
    expect(colours).toHaveLength(2);
    expect(Math.max(...parts.map(Number))).toBeLessThan(64);
    expect(dark.noise).toEqual([]);
    await dark.page.close();
  });
});

describe.each(['/docs', '/docs/problems'])('the policy of %s', (path) => {
  it('stops what is inline and what is foreign', async () => {
    await page.goto(path);

    const ran = await page.evaluate(MISCHIEF);

    expect(ran).toEqual([false, 'stopped']);
    const stopped = noise.map((each) => /directive:? ["']([\w-]+)/.exec(each)?.[1]);
    expect(stopped).toEqual(expect.arrayContaining(['script-src', 'style-src', 'connect-src']));
  });
});
