import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { times } from '../contract/parts.ts';
import { type Service, startService } from '../support/service.ts';
import { launch, openQuietPage } from './quietPage.ts';

const TOKEN = 'only-for-operators';

let browser: Browser;
let service: Service;
let page: Page;
let noise: string[];
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

// Each test has a book of its own.
beforeEach(async () => {
  service = await startService();
  ({ page, noise } = await openQuietPage(browser, service.url));
});
afterEach(async () => {
  await page.close();
  await service.stop('SIGTERM');
});

const bet = (event_id: string, amount: string) => service.post('/bets', { event_id, amount });
const row = (event: string) => page.locator('#events tr', { hasText: event });
const cells = (event: string): Promise<string[]> => row(event).locator('th, td').allInnerTexts();
const bets = () => page.locator('#bets tr:not([aria-hidden])');
const form = () => page.locator('#place');
const dialog = () => page.getByRole('dialog');
const choose = (outcome: 'WIN' | 'LOSE') => page.getByRole('radio', { name: outcome }).check();
/** Fills the form and sends it. */
async function placeByForm(event: string, amount: string): Promise<void> {
  await form().getByLabel('Event').fill(event);
  await form().getByLabel('Amount').fill(amount);
  await page.keyboard.press('Enter');
}
const confirm = () => page.getByRole('button', { name: 'Give the result' }).click();

describe('the console', () => {
  it('places a bet, and shows it and its event', async () => {
    await page.goto('/');
    await page.getByText('No event has a bet yet').waitFor();

    await placeByForm('sr:match:42', '1234.5');

    await page.getByText('Placed 1,234.50 on sr:match:42.').waitFor();
    await row('sr:match:42').waitFor();
    const cellsOfEvent = ['sr:match:42', 'open', '1', '1,234.50', '–', 'Settle'];
    expect(await cells('sr:match:42')).toEqual(cellsOfEvent);
    const shown = (await bets().allInnerTexts()).map((text) => text.split('\t').slice(1, 4));
    expect(shown).toEqual([['sr:match:42', '1,234.50', 'pending']]);
    expect(noise).toEqual([]);
  });

  it('settles an event after saying what that decides, and corrects it', async () => {
    await bet('match', '10.50');
    await bet('match', '0.01');
    await page.goto('/');

    await page.getByRole('button', { name: 'Settle match' }).click();
    await page.getByText('The result decides 2 bets with stakes of 10.51.').waitFor();
    const ready = await page.getByRole('button', { name: 'Give the result' }).isEnabled();
    await choose('WIN');
    await confirm();
    await dialog().waitFor({ state: 'hidden' });
    await bets().filter({ hasText: 'won' }).nth(1).waitFor();
    const settled = await service.get('/events/match');
    await page.getByRole('button', { name: 'Correct match' }).click();
    await page.getByText('It is WIN now, decided once.').waitFor();
    await choose('LOSE');
    await confirm();
    await bets().filter({ hasText: 'lost' }).nth(1).waitFor();
    await page.getByText('version 2').waitFor();

    expect(ready).toBe(false);
    expect(settled.body).toMatchObject({ status: 'WIN', version: 1 });
    expect((await service.get('/events/match')).body).toMatchObject({ status: 'LOSE', version: 2 });
    const shown = ['match', 'settled', '2', '10.51', 'LOSE version 2', 'Correct'];
    expect(await cells('match')).toEqual(shown);
    expect(noise).toEqual([]);
  });

  it('shows each fault at its field, and changes nothing', async () => {
    await page.goto('/');

    await form().getByLabel('Amount').fill('1,5');
    await page.getByRole('button', { name: 'Place the bet' }).click();

    await page.getByText('must be a number or a decimal string such as "10.50"').waitFor();
    const field = form().getByLabel('Event');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('#place-event-fault').innerText()).toMatch(/^must be 1 to 128/);
    expect(await page.evaluate('document.activeElement.id')).toBe('place-event');
    expect(await page.locator('#place-problem').innerText()).toBe('');
    expect((await service.get('/bets')).body).toEqual([]);
  });

  it('shows a refusal as the problem that it is, with the way to what it means', async () => {
    await bet('over', '1.00');
    await service.put('/events/over', { status: 'WIN' });
    await page.goto('/');

    await placeByForm('over', '2');

    const problem = page.locator('#place-problem');
    await problem.getByText('The event has a result').waitFor();
    expect(await problem.getAttribute('role')).toBe('alert');
    expect(await problem.innerText()).toContain('Event over has a result; it takes no more bets.');
    const href = await problem.getByRole('link').getAttribute('href');
    expect(href).toBe('/docs/problems#event-settled');
  });

  it('places one bet however often a form is sent after a failure', async () => {
    await page.goto('/');
    // The first request lands and its answer is lost.
    let lost = 0;
    await page.route('**/bets', async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue();
      lost += 1;
      await route.fetch();
      await route.abort();
    });

    await placeByForm('match', '7');
    await page.getByText('The service does not answer', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Place the bet' }).click();
    await page.getByText('Placed 7.00 on match.').waitFor();

    expect((await service.get('/bets')).body).toMatchObject([{ amount: '7.00' }]);
  });

  it('lets nobody decide what another operator has decided meanwhile', async () => {
    await bet('match', '1.00');
    await page.goto('/');
    await page.getByRole('button', { name: 'Settle match' }).click();
    await page.getByText('The result decides 1 bet').waitFor();

    await service.put('/events/match', { status: 'LOSE' });
    await choose('WIN');
    await confirm();

    await page.getByText('The event is at another version').waitFor();
    await page.getByText('It is LOSE now, decided once.').waitFor();
    expect((await service.get('/events/match')).body).toMatchObject({ status: 'LOSE', version: 1 });
  });

  it('shows how far a settlement has come', async () => {
    const event = (settled: number) => ({
      event_id: 'big',
      status: 'WIN',
      version: 1,
      state: 'settling',
      bets: { total: 1_000, settled, staked: '1000.00' },
      history: [],
    });
    let settled = 0;
    await page.route('**/events?state=settling*', (route) =>
      route.fulfill({ json: [event((settled += 250))], headers: { etag: `W/"${settled}"` } }),
    );
    await page.goto('/');

    const bar = page.getByRole('progressbar', { name: 'Bets on big stored as settled' });
    await bar.waitFor();
    const first = await bar.getAttribute('value');
    await page.getByText('500 of 1,000').waitFor();

    expect(first).toBe('250');
    expect((await cells('big'))[1]).toBe('settling500 of 1,000');
    expect(noise).toEqual([]);
  });

  it('shows the bets and results of others without being loaded again', async () => {
    await bet('early', '1.00');
    await page.goto('/');
    await row('early').waitFor();

    await bet('late', '2.00');
    await service.put('/events/early', { status: 'WIN' });

    await bets().filter({ hasText: 'late' }).waitFor();
    await bets().filter({ hasText: 'early' }).filter({ hasText: 'won' }).waitFor();
    await row('late').waitFor();
    expect(await page.locator('#news').innerText()).toBe('One new bet.');
    expect(noise).toEqual([]);
  });

  it('filters the history by event and status', async () => {
    await bet('one', '1.00');
    await bet('two', '2.00');
    await bet('two', '3.00');
    await service.put('/events/one', { status: 'WIN' });
    await page.goto('/');
    const filters = page.getByRole('search');

    await filters.getByLabel('Event').fill('two');
    await bets().filter({ hasText: 'one' }).waitFor({ state: 'detached' });
    await bets().nth(1).waitFor();
    const onTwo = await bets().count();
    await filters.getByLabel('Event').fill('');
    await filters.getByLabel('Status').selectOption('won');
    await bets().filter({ hasText: 'one' }).waitFor();
    const won = await bets().allInnerTexts();
    await filters.getByLabel('Event').fill('a b');
    await page.getByText('No bet is like that.').waitFor();
    const problem = await page.locator('#history-problem', { hasText: 'valid' }).innerText();

    expect(onTwo).toBe(2);
    expect(won).toEqual([expect.stringContaining('one')]);
    expect(problem).toContain('event_id must be 1 to 128 characters');
  });

  it('draws the stakes by outcome, and says them', async () => {
    await bet('open', '50.00');
    await bet('won', '30.00');
    await bet('lost', '20.00');
    await service.put('/events/won', { status: 'WIN' });
    await service.put('/events/lost', { status: 'LOSE' });
    await page.goto('/');
    await row('lost').waitFor();

    const said = await page.locator('#stakes div').allInnerTexts();
    const widths = await page
      .locator('#stakes-chart rect')
      .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('width'))));

    expect(said.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      'pending 50.00 50 %',
      'won 30.00 30 %',
      'lost 20.00 20 %',
    ]);
    // Of 300, with a gap of 2.
    expect(widths).toEqual([148, 88, 58]);
  });

  it('asks for the operators’ token where the service demands it', async () => {
    const guarded = await startService({ OPERATOR_TOKEN: TOKEN });
    await guarded.post('/bets', { event_id: 'match', amount: '1.00' });
    await page.goto(guarded.url);

    await page.getByRole('button', { name: 'Settle match' }).click();
    await page.getByText('The result decides').waitFor();
    await choose('WIN');
    const asked = await page.locator('#token').isVisible();
    await confirm();
    await page.locator('#token').fill(TOKEN);
    await confirm();
    await dialog().waitFor({ state: 'hidden' });

    expect(asked).toBe(false);
    expect((await guarded.get('/events/match')).body).toMatchObject({ status: 'WIN' });
    await guarded.stop('SIGTERM');
  });

  it('tells when the service does not answer, and when it does again', async () => {
    await page.goto('/');
    await page.getByText('No event has a bet yet').waitFor();

    await page.route('**/{bets,events}?*', (route) => route.abort());
    await page.getByText('What is shown may be old.').waitFor();
    const told = await page.locator('#offline').getAttribute('role');
    await page.unroute('**/{bets,events}?*');
    await page.locator('#offline').waitFor({ state: 'hidden' });

    expect(told).toBe('status');
  });

  it('scrolls over 10,000 bets, each shown once, with a small page', async () => {
    const COUNT = 10_000;
    await times(COUNT, 16, (index) => bet(`match-${index % 40}`, `${index + 1}.00`));
    await page.goto('/');
    await bets().first().waitFor();

    const { amounts, most } = await page.evaluate<Scrolled>(SCROLL_TO_THE_END);

    const seen = new Set(amounts.map((text) => Number(text.replaceAll(',', ''))));
    expect(seen.size).toBe(COUNT);
    expect(Math.max(...seen)).toBe(COUNT);
    expect(most).toBeLessThan(80);
    expect(noise).toEqual([]);
  }, 120_000);

  it('keeps its place when bets come in above it', async () => {
    await times(200, 8, (index) => bet('match', `${index + 1}.00`));
    await page.goto('/');
    await bets().first().waitFor();
    const scroll = page.locator('#history-scroll');
    await scroll.evaluate((box) => (box.scrollTop = 36 * 50));

    await bet('other', '1.00');
    await page.getByText('One new bet.').waitFor({ state: 'attached' });

    expect(await scroll.evaluate((box) => box.scrollTop)).toBe(36 * 51);
  });
});

type Scrolled = { amounts: string[]; most: number };
/** Run in the page: scrolls as a reader does, and notes every row that came into sight. */
const SCROLL_TO_THE_END = `(async () => {
  const scroll = document.querySelector('#history-scroll');
  const amounts = new Set();
  let most = 0;
  let still = 0;
  for (let steps = 0; steps < 5000 && still < 100; steps += 1) {
    const rows = [...document.querySelectorAll('#bets tr:not([aria-hidden])')];
    most = Math.max(most, rows.length);
    for (const row of rows) amounts.add(row.children[2].textContent);
    const before = scroll.scrollTop;
    scroll.scrollTop += scroll.clientHeight;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    still = scroll.scrollTop === before ? still + 1 : 0;
  }
  return { amounts: [...amounts], most };
})()`;

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
  it('can be used by everybody, as axe sees it', async () => {
    await bet('open', '1.00');
    await bet('over', '1.00');
    await service.put('/events/over', { status: 'WIN' });
    const { page: looked } = await openQuietPage(browser, service.url, scheme);
    await looked.goto('/');
    await looked.locator('#events tr').nth(1).waitFor();

    const whole = await faultsOf(looked);
    await looked.getByRole('button', { name: 'Place the bet' }).click();
    await looked.locator('#place-amount-fault', { hasText: 'must' }).waitFor();
    const withFaults = await faultsOf(looked);
    await looked.getByRole('button', { name: 'Settle open' }).click();
    await looked.getByText('The result decides').waitFor();
    const withDialog = await faultsOf(looked);

    expect([whole, withFaults, withDialog]).toEqual([[], [], []]);
    await looked.close();
  });
});

describe('what the console loads', () => {
  it('is its own host’s, and at most 100 KB gzipped', async () => {
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
  });
});
