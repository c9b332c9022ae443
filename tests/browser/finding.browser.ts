import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sample, string } from 'fast-check';
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
const settle = (event: string, status: 'WIN' | 'LOSE') =>
  service.put(`/events/${encodeURIComponent(event)}`, { status });
const names = () => page.locator('#events th').allInnerTexts();
const visible = '.view:not([hidden])';

describe('an evening with 300 events', () => {
  it('takes four actions from opening the console to a settled event', async () => {
    await times(300, 8, (index) => bet(`epl:match-${index}`, '1.50'));
    let actions = 0;
    const act = (work: Promise<unknown>) => {
      actions += 1;
      return work;
    };
    await page.goto('/');
    await seen.tab('Open 300').waitFor();

    await act(seen.search.fill('match-217'));
    await act(page.getByRole('button', { name: 'Settle epl:match-217' }).click());
    await act(seen.choose('WIN'));
    await act(page.getByRole('button', { name: 'Settle as WIN' }).click());
    await page.getByText('Settled epl:match-217 as WIN · 1 bet · 1.50').waitFor();

    expect(actions).toBeLessThanOrEqual(4);
    const { body } = await service.get('/events/epl:match-217');
    expect(body).toMatchObject({ status: 'WIN', state: 'settled' });
  });
});

describe('the events', () => {
  it('are counted by state, found by any part of a name, and sorted', async () => {
    const states = ['open', 'open', 'settling', 'settled', 'settled', 'settled'] as const;
    const events = states.map((state, index) =>
      fakeEvent(`Cup-${index}`, {
        state,
        status: state === 'open' ? null : 'LOSE',
        version: state === 'open' ? 0 : 1,
        bets: { total: 10 * index, settled: 0, staked: `${1000 - index}.00` },
      }),
    );
    await fakeApi(page, { events: [...events, fakeEvent('other')], bets: [] });
    await page.goto('/');
    await seen.tab('Open 3').waitFor();
    const tabs = await page.locator('#tabs a').allInnerTexts();

    await seen.search.fill('cUP');
    await seen.tab('Open 2').waitFor();
    const open = await names();
    await seen.tab('All 6').click();
    await page.getByRole('link', { name: 'Bets', exact: true }).nth(1).click();
    const byBets = await names();
    await page.getByRole('link', { name: 'Staked' }).click();
    const byStake = await names();
    const order = await page.locator('th[aria-sort]').allInnerTexts();
    await page.locator('#events-table').getByRole('link', { name: 'Event' }).click();
    const byName = await names();

    const upwards = [0, 1, 2, 3, 4, 5].map((index) => `Cup-${index}`);
    expect(tabs).toEqual(['Open 3', 'Settling 1', 'Settled 3', 'All 7']);
    expect(open).toEqual(['Cup-0', 'Cup-1']);
    expect(byBets).toEqual(upwards.toReversed());
    expect(byStake).toEqual(upwards);
    expect(order).toEqual(['Staked']);
    expect(byName).toEqual(upwards);
  });

  it('are found however an accent is written', async () => {
    await bet('Bodo\u0301/Glimt', '1.00');
    await bet('other', '1.00');
    await page.goto('/');

    await seen.search.fill('bod\u00F3');
    await seen.tab('Open 1').waitFor();

    expect(await names()).toEqual(['Bodo\u0301/Glimt']);
  });

  it('say where one is that is not open any more', async () => {
    await bet('everton–fulham', '1.00');
    await settle('everton–fulham', 'WIN');
    await page.goto('/');

    await seen.search.fill('fulham');
    await page.getByText('No open event is like “fulham”.').waitFor();
    await page.getByRole('link', { name: 'Show 1 event' }).click();

    expect(await names()).toEqual(['everton–fulham']);
  });

  it('come in pages of 100 rows, and the sum is of all of them', async () => {
    const events = Array.from({ length: 250 }, (_, index) => fakeEvent(`match-${index}`));
    await fakeApi(page, { events, bets: [] });
    await page.goto('/');
    await page.getByText('1–100 of 250 events · 2,500.00 staked').waitFor();

    await page.locator('#events-pager').getByRole('link', { name: 'Next' }).click();
    await page.locator('#events-pager').getByRole('link', { name: 'Next' }).click();

    expect(await names()).toHaveLength(50);
    await page.reload();
    await page.getByText('201–250 of 250 events').waitFor();
  });
});

/** What the page says of the event, the names and the values. */
const facts = () => page.locator('#event-facts div').allInnerTexts();

describe('the page of an event', () => {
  const ID = 'футбол/Спартак – Зенит?#%/1';
  const address = `/#/events/${encodeURIComponent(ID)}`;

  it('shows its bets and stakes, what each result decides, and all results', async () => {
    await bet(ID, '10.50');
    await bet(ID, '2.00');
    await settle(ID, 'WIN');
    await settle(ID, 'LOSE');

    await page.goto(address);
    await page.locator('#event-bets tr:not(.skeleton)').nth(1).waitFor();

    expect(await page.locator('#event-title').innerText()).toBe(ID);
    expect((await facts()).map((fact) => fact.split('\n'))).toEqual([
      ['State', 'settled'],
      ['Result', 'LOSE'],
      ['Version', '2'],
      ['Bets', '2'],
      ['Staked', '12.50'],
    ]);
    const rows = (id: string) => page.locator(`#${id} tr`).allInnerTexts();
    expect((await rows('outcomes')).map((row) => row.split(/\s+/))).toEqual([
      ['WIN', '12.50', '0.00'],
      ['LOSE', 'in', 'force', '0.00', '12.50'],
    ]);
    expect(await rows('event-history')).toEqual([
      expect.stringMatching(/^2\s+LOSE\s+\d\d:\d\d:\d\d\s+not recorded$/),
      expect.stringMatching(/^1\s+WIN\s+\d\d:\d\d:\d\d\s+not recorded$/),
    ]);
    expect((await rows('event-bets')).map((row) => row.split(/\s+/).slice(1, 3))).toEqual([
      ['2.00', 'lost'],
      ['10.50', 'lost'],
    ]);
  });

  it('says who decided where that is known', async () => {
    const history = [
      { status: 'WIN', version: 1, decided_at: '2026-11-27T20:41:00Z', decided_by: 'ada' },
    ] as const;
    const event = fakeEvent('match', { status: 'WIN', version: 1, state: 'settled' });
    await fakeApi(page, { events: [{ ...event, history: [...history] }], bets: [] });

    await page.goto('/#/events/match');

    const who = page.locator('#event-history .who');
    await who.waitFor();
    expect(await who.innerText()).toBe('ada');
  });

  it('settles, and shows how far that is', async () => {
    await bet(ID, '10.50');
    await page.goto(address);
    const decide = page.locator('#event-actions').getByRole('button', { name: 'Settle' });

    await decide.click();
    await seen.choose('WIN');
    await seen.confirm.click();
    await page.locator('#event-facts').getByText('WIN').waitFor();

    expect((await service.get(`/events/${encodeURIComponent(ID)}`)).body).toMatchObject({
      status: 'WIN',
    });
    expect(await page.locator('#event-actions button').allInnerTexts()).toContain('Correct');
  });

  it('fills the form in for a bet on the event', async () => {
    await bet(ID, '10.50');
    await page.goto(address);

    await page.locator('#event-actions').getByRole('button', { name: 'Place a bet' }).click();
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await page.getByText(`Placed 3.00 on ${ID}.`).waitFor();

    await page.locator('#event-bets tr').nth(1).waitFor();
    expect((await facts()).join(' ')).toContain('13.50');
  });

  it('says that nothing is known of an event', async () => {
    await page.goto('/#/events/never');

    await page.getByText('Nothing is known of this event').waitFor();

    expect(await page.locator('#event-actions button').allInnerTexts()).toEqual(['Copy the id']);
  });

  it.each(['..', '.', '%E0%A4%A', 'a/b'])('shows something for the address of %s', async (id) => {
    await page.goto(`/#/events/${id}`);

    await page.getByText('Nothing is known of this event').waitFor();

    expect(await page.locator('#event-title').innerText()).toBe(id);
  });
});

describe('the address', () => {
  it('brings back filters and places after a reload, Back, and as a link', async () => {
    await times(120, 8, (index) => bet(index < 110 ? 'one' : 'two', '1.00'));
    await settle('two', 'WIN');
    await page.goto('/#/bets?event_id=one');
    await page.locator('#bets tr').nth(99).waitFor();

    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByText('10 bets · 10.00 on this page').waitFor();
    const older = await page.locator('#bets code').allInnerTexts();
    await page.reload();
    await page.locator('#bets tr:not(.skeleton)').first().waitFor();
    const reloaded = await page.locator('#bets code').allInnerTexts();
    const { page: other } = await openQuietPage(browser, service.url);
    await other.goto(page.url());
    await other.locator('#bets tr:not(.skeleton)').first().waitFor();
    const shared = await other.locator('#bets code').allInnerTexts();
    await page.goBack();
    await page.locator('#bets tr').nth(99).waitFor();

    expect(older).toHaveLength(10);
    expect([reloaded, shared]).toEqual([older, older]);
    expect(await page.locator('#filters [name=event_id]').inputValue()).toBe('one');
    await other.close();
  });

  it('keeps every id and every parameter as it is', async () => {
    const texts = sample(string({ unit: 'binary', minLength: 1 }), { numRuns: 500, seed: 7 });
    const routes = texts.map((id) => ({ view: 'event', id, params: { cursor: id } }));
    await page.goto('/');

    const kept = await page.evaluate(`import('/assets/consoleRoute.js')
      .then(({ routeOf, addressOf }) =>
        ${JSON.stringify(routes)}.map((route) => routeOf(addressOf(route))))`);

    expect(kept).toEqual(routes);
  });

  it('decides what the fields hold, even when one has the focus', async () => {
    await bet('cup-1', '1.00');
    await page.goto('/#/events?q=cup');
    await seen.tab('Open 1').waitFor();
    await seen.tab('All 1').click();
    await seen.search.focus();
    await page.evaluate("location.hash = '#/events?q=other'");
    await seen.tab('All 0').waitFor();
    const other = await seen.search.inputValue();

    await page.goBack();
    await seen.tab('All 1').waitFor();

    expect([other, await seen.search.inputValue()]).toEqual(['other', 'cup']);
  });

  it('of a search is where Back leads from an event', async () => {
    await bet('cup-1', '1.00');
    await bet('cup-2', '1.00');
    await bet('other', '1.00');
    await page.goto('/');
    await seen.search.fill('cup');
    await seen.tab('All 2').click();

    await page.locator('#events').getByRole('link', { name: 'cup-2' }).click();
    await page.locator('#event-title', { hasText: 'cup-2' }).waitFor();
    const title = await page.title();
    await page.goBack();

    await page.locator(`${visible} #events`).waitFor();
    expect(title).toBe('cup-2 – bet-maker');
    expect(await names()).toEqual(['cup-2', 'cup-1']);
    expect(await seen.search.inputValue()).toBe('cup');
  });
});

describe('somebody with a keyboard only', () => {
  it('places a bet, settles its event and corrects the result', async () => {
    await page.goto('/');
    await page.getByText('No event has a bet yet').waitFor();
    const { keyboard } = page;

    await keyboard.press('n');
    await keyboard.type('match');
    await keyboard.press('Tab');
    await keyboard.type('7');
    await keyboard.press('Enter');
    await page.getByText('Placed 7.00 on match.').waitFor();
    await seen.event('match').waitFor();
    await keyboard.press('Escape');
    await keyboard.press('j');
    await keyboard.press('s');
    await seen.dialog.waitFor();
    await keyboard.press('Space');
    await keyboard.press('Enter');
    await page.getByText('Settled match as WIN · 1 bet · 7.00').waitFor();
    await keyboard.press('c');
    await seen.dialog.waitFor();
    await keyboard.press('Space');
    await keyboard.press('Enter');
    await page.getByText('Corrected match as LOSE · 1 bet · 7.00').waitFor();

    expect((await service.get('/events/match')).body).toMatchObject({ status: 'LOSE', version: 2 });
  });

  it('needs no shortcut for that, and may turn them off', async () => {
    await bet('match', '7.00');
    await page.goto('/');
    await seen.event('match').waitFor();
    const { keyboard } = page;
    await keyboard.press('?');
    await page.getByLabel('Turn these keys off').check();
    await keyboard.press('Escape');
    await page.locator('#help').waitFor({ state: 'hidden' });

    await keyboard.press('n');
    const focused = await page.evaluate('document.activeElement.id');
    await tabTo('Settle match');
    await keyboard.press('Enter');
    await seen.dialog.waitFor();
    await keyboard.press('Space');
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.getByText('Settled match as WIN · 1 bet · 7.00').waitFor();
    await tabTo('Correct the result of match');

    expect(focused).not.toBe('place-event');
  });
});

/** Goes on to the control with that name, at most once through the whole page. */
async function tabTo(name: string): Promise<void> {
  const label = "document.activeElement.ariaLabel ?? ''";
  for (let steps = 0; steps < 60; steps += 1) {
    if ((await page.evaluate<string>(label)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The Tab key does not lead to ${name}.`);
}
