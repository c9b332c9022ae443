import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type Service, startService } from '../support/service.ts';
import { consoleOn } from './consolePage.ts';
import { launch, openQuietPage } from './quietPage.ts';

const TOKEN = 'only-for-operators';

let browser: Browser;
let service: Service;
let page: Page;
let noise: string[];
let seen: ReturnType<typeof consoleOn>;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

// Each test has a book of its own.
beforeEach(async () => {
  service = await startService();
  ({ page, noise } = await openQuietPage(browser, service.url));
  seen = consoleOn(page);
});
afterEach(async () => {
  await page.close();
  await service.stop('SIGTERM');
});

const bet = (event_id: string, amount: string) => service.post('/bets', { event_id, amount });

describe('the console', () => {
  it('places a bet, says what was placed, and shows it and its event', async () => {
    await page.goto('/');
    await page.getByText('No event has a bet yet').waitFor();

    await seen.placeByForm('sr:match:42', '1234.5');

    await page.getByText('Placed 1,234.50 on sr:match:42.').waitFor();
    await seen.event('sr:match:42').waitFor();
    const cells = ['sr:match:42', 'open', '1', '1,234.50', '–', 'Settle'];
    expect(await seen.cells('sr:match:42')).toEqual(cells);
    const latest = await page.locator('#latest li').allInnerTexts();
    expect(latest).toEqual([
      expect.stringMatching(/^sr:match:42\s1,234\.50\s\d\d:\d\d:\d\d\spending$/),
    ]);
    expect(await seen.place.getByLabel('Event').inputValue()).toBe('');
    expect(await seen.place.getByLabel('Amount').inputValue()).toBe('');
    expect(noise).toEqual([]);
  });

  it('settles an event after saying what that decides, and corrects it', async () => {
    await bet('match', '10.50');
    await bet('match', '0.01');
    await page.goto('/');

    await seen.decide('match');
    await page.getByText('The result decides 2 bets with stakes of 10.51.').waitFor();
    const undecided = await seen.confirm.getAttribute('aria-disabled');
    await seen.choose('WIN');
    await seen.dialog.getByRole('button', { name: 'Settle as WIN' }).click();
    await page.getByText('Settled match as WIN · 2 bets · 10.51').waitFor();
    const settled = await service.get('/events/match');
    await seen.deeds.getByRole('button', { name: 'Correct' }).click();
    await page.getByText('It is WIN now, decided once, last at').waitFor();
    await seen.choose('LOSE');
    await seen.dialog.getByRole('button', { name: 'Correct to LOSE' }).click();
    await page.getByText('Corrected match as LOSE · 2 bets · 10.51').waitFor();
    await seen.tab('Settled').click();
    await page.getByText('version 2').waitFor();

    expect(undecided).toBe('true');
    expect(settled.body).toMatchObject({ status: 'WIN', version: 1 });
    expect((await service.get('/events/match')).body).toMatchObject({ status: 'LOSE', version: 2 });
    const shown = ['match', 'settled', '2', '10.51', 'LOSE version 2', 'Correct'];
    expect(await seen.cells('match')).toEqual(shown);
    expect(noise).toEqual([]);
  });

  it('shows each fault at its field, and changes nothing', async () => {
    await page.goto('/');

    await seen.place.getByLabel('Amount').fill('1,5');
    await page.getByRole('button', { name: 'Place the bet' }).click();

    await page.getByText('must be a number or a decimal string such as "10.50"').waitFor();
    const field = seen.place.getByLabel('Event');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('#place-event-fault').innerText()).toBe('must not be empty');
    expect(await page.evaluate('document.activeElement.id')).toBe('place-event');
    expect(await page.locator('#place-problem').innerText()).toBe('');
    expect((await service.get('/bets')).body).toEqual([]);
  });

  it('shows a refusal as the problem that it is, with the way to what it means', async () => {
    await bet('over', '1.00');
    await service.put('/events/over', { status: 'WIN' });
    await page.goto('/');

    await seen.placeByForm('over', '2');

    const problem = page.locator('#place-problem');
    await problem.getByText('The event takes no more bets').waitFor();
    expect(await problem.getAttribute('role')).toBe('alert');
    expect(await problem.innerText()).toContain(
      'Event over takes no more bets. It has a result, or one is on its way.',
    );
    const href = await problem.getByRole('link').getAttribute('href');
    expect(href).toBe(`${service.url}/docs/problems#event-settled`);
  });

  it('shows how far a settlement has come', async () => {
    const event = (settled: number) => ({
      event_id: 'big',
      status: 'WIN',
      version: 1,
      state: 'settling',
      bets: { total: 1_000, settled, staked: '1000.00' },
      history: [{ status: 'WIN', version: 1, decided_at: '2026-11-27T20:41:00.000Z' }],
    });
    let settled = 0;
    await page.route('**/events?*', (route) =>
      route.fulfill({ json: [event((settled += 250))], headers: { etag: `W/"${settled}"` } }),
    );
    await page.goto('/#/events?tab=settling');

    const bar = page.getByRole('progressbar', { name: 'Bets on big stored as settled' });
    await bar.waitFor();
    const first = await bar.getAttribute('value');
    await page.getByText('500 of 1,000').waitFor();

    expect(first).toBe('250');
    expect((await seen.cells('big'))[1]).toBe('settling500 of 1,000');
    expect(await seen.event('big').getByRole('button').isVisible()).toBe(true);
    expect(noise).toEqual([]);
  });

  it('shows the bets and results of others without being loaded again', async () => {
    await bet('early', '1.00');
    await page.goto('/');
    await seen.event('early').waitFor();

    await bet('late', '2.00');
    await service.put('/events/early', { status: 'WIN' });

    const latest = page.locator('#latest li');
    await latest.filter({ hasText: 'late' }).waitFor();
    await latest.filter({ hasText: 'early' }).filter({ hasText: 'won' }).waitFor();
    await seen.event('late').waitFor();
    await seen.event('early').waitFor({ state: 'detached' });
    expect(await seen.tab('Settled').innerText()).toBe('Settled 1');
    expect(noise).toEqual([]);
  });

  it('filters the bets by event and status', async () => {
    await bet('one', '1.00');
    await bet('two', '2.00');
    await bet('two', '3.00');
    await service.put('/events/one', { status: 'WIN' });
    await page.goto('/#/bets');
    await seen.bets.nth(2).waitFor();
    const filters = page.getByRole('search');

    await filters.getByLabel('Event').fill('two');
    await seen.bets.filter({ hasText: 'one' }).waitFor({ state: 'detached' });
    await seen.bets.nth(1).waitFor();
    const onTwo = await seen.bets.count();
    const sum = await page.locator('#bets-pager').innerText();
    await filters.getByLabel('Event').fill('');
    await filters.getByLabel('Status').selectOption('won');
    await seen.bets.filter({ hasText: 'one' }).waitFor();
    await seen.bets.nth(1).waitFor({ state: 'detached' });
    const won = await seen.bets.allInnerTexts();
    await filters.getByLabel('Event').fill('two');
    await page.getByText('No bet is like that.').waitFor();
    await filters.getByLabel('Event').fill('\u0007');
    const problem = await page.locator('#bets-problem', { hasText: 'valid' }).innerText();

    expect([onTwo, sum]).toEqual([2, '2 bets · 5.00']);
    expect(won).toEqual([expect.stringContaining('one')]);
    expect(problem).toContain('event_id must ');
  });

  it('filters the bets by the time of placing, in the reader’s zone', async () => {
    await bet('match', '1.00');
    const [placed] = (await service.get('/bets')).body as { placed_at: string }[];
    const at = new Date(placed?.placed_at ?? '').getTime();
    const there = await browser.newPage({ baseURL: service.url, timezoneId: 'Asia/Kolkata' });
    const minute = (time: number) => new Date(time + 330 * 60_000).toISOString().slice(0, 16);
    const rows = there.locator('#bets tr:not(.skeleton)');
    await there.goto('/#/bets');
    await rows.waitFor();

    await there.getByLabel('Before').fill(minute(at));
    await there.getByText('No bet is like that.').waitFor();
    await there.getByLabel('From').fill(minute(at));
    await there.locator('#bets-problem').getByText('placed_before must be later').waitFor();
    await there.getByLabel('Before').fill(minute(at + 60_000));
    await rows.waitFor();
    const { hash } = new URL(there.url());

    const from = encodeURIComponent(new Date(at - (at % 60_000)).toISOString());
    expect(hash).toContain(`placed_from=${from}`);
    expect(await there.locator('#bets-problem').innerText()).toBe('');
    await there.close();
  });

  it('draws the stakes by outcome, and says them', async () => {
    await bet('open', '50.00');
    await bet('won', '30.00');
    await bet('lost', '20.00');
    await service.put('/events/won', { status: 'WIN' });
    await service.put('/events/lost', { status: 'LOSE' });
    await page.goto('/');
    await seen.event('open').waitFor();

    const said = await page.locator('#stakes div').allInnerTexts();
    const widths = await page
      .locator('#stakes-chart rect')
      .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('width'))));

    expect(said.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      'pending 50.00 50 % · 1 event',
      'won 30.00 30 % · 1 event',
      'lost 20.00 20 % · 1 event',
    ]);
    expect(await page.locator('#stakes-of').innerText()).toBe('Of all 3 events.');
    // Of 300, with a gap of 2.
    expect(widths).toEqual([148, 88, 58]);
  });

  it('asks for the operators’ token where the service demands it', async () => {
    const guarded = await startService({ OPERATOR_TOKEN: TOKEN });
    await guarded.post('/bets', { event_id: 'match', amount: '1.00' });
    await page.goto(guarded.url);

    await seen.decide('match');
    await seen.choose('WIN');
    const asked = await page.locator('#token').isVisible();
    await seen.confirm.click();
    await page.locator('#token').fill(TOKEN);
    await seen.confirm.click();
    await seen.dialog.waitFor({ state: 'hidden' });

    expect(asked).toBe(false);
    expect((await guarded.get('/events/match')).body).toMatchObject({ status: 'WIN' });
    await guarded.stop('SIGTERM');
  });
});
