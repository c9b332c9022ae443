import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page, Route } from 'playwright-core';
import { times } from '../contract/parts.ts';
import { type Service, startService } from '../support/service.ts';
import { consoleOn } from './consolePage.ts';
import { fakeApi, fakeBet, fakeEvent } from './fakeApi.ts';
import { launch, openQuietPage } from './quietPage.ts';

/** What went wrong in a real evening, each as a test. */

/** The longest that the page may say something else than the API. */
const REFRESH_MS = 5_000;

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

/** Holds the requests of a method to a path until the test lets them go. */
async function holdBack(method: string, path: string) {
  const held: Route[] = [];
  await page.route(path, async (route) => {
    if (route.request().method() === method) held.push(route);
    else await route.fallback();
  });
  return {
    held,
    letGo: () => Promise.all(held.map((route) => route.continue())),
  };
}

describe('one intent to place', () => {
  it('is one bet, however often it is sent while it is under way', async () => {
    await page.goto('/');
    const { held, letGo } = await holdBack('POST', '**/bets');
    await seen.place.getByLabel('Event').fill('match');
    await seen.place.getByLabel('Amount').fill('7');

    await page.getByRole('button', { name: 'Place the bet' }).dblclick();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Placing…' }).waitFor();
    await letGo();
    await page.getByText('Placed 7.00 on match.').waitFor();

    expect(held).toHaveLength(1);
    expect((await service.get('/bets')).body).toMatchObject([{ amount: '7.00' }]);
  });

  it('is one bet when the second click comes after the answer', async () => {
    await page.goto('/');
    await seen.placeByForm('match', '7');
    await page.getByText('Placed 7.00 on match.').waitFor();

    await page.getByRole('button', { name: 'Place the bet' }).click();
    await page.getByRole('button', { name: 'Place the bet' }).press('Enter');

    expect(await page.getByText('Placed 7.00 on match.').isVisible()).toBe(true);
    expect(await page.locator('#place-event-fault').innerText()).toBe('');
    expect((await service.get('/bets')).body).toHaveLength(1);
  });

  it('keeps its key and its fields until its answer is there', async () => {
    await page.goto('/');
    let lost = 0;
    // The first request lands and its answer is lost.
    await page.route('**/bets', async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue();
      lost += 1;
      await route.fetch();
      await route.abort();
    });

    await seen.placeByForm('match', '7');
    await page.getByText('The bet may have been placed.').waitFor();
    const isEditable = await seen.place.getByLabel('Amount').isEditable();
    await page.getByRole('button', { name: 'Send it again' }).click();
    await page.getByText('Placed 7.00 on match.').waitFor();

    expect(isEditable).toBe(false);
    expect((await service.get('/bets')).body).toMatchObject([{ amount: '7.00' }]);
  });
});

describe('an intent to place that is given up', () => {
  it('leaves the form to another bet, with another key', async () => {
    await page.goto('/');
    await page.route('**/bets', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      await route.fetch();
      await route.abort();
    });
    await seen.placeByForm('match', '7');
    await page.getByText('The bet may have been placed.').waitFor();
    await page.unroute('**/bets');

    await page.getByRole('button', { name: 'Give up' }).click();
    await seen.placeByForm('match', '8');
    await page.getByText('Placed 8.00 on match.').waitFor();

    const bets = (await service.get('/bets')).body;
    expect(bets).toMatchObject([{ amount: '8.00' }, { amount: '7.00' }]);
  });
});

describe('the history', () => {
  it('shows the result of a bet that is beyond the first page', async () => {
    await bet('early', '1.00');
    await times(100, 8, () => bet('late', '2.00'));
    await page.goto('/#/bets');
    await page.getByRole('link', { name: 'Older' }).click();
    await seen.bets.filter({ hasText: 'early' }).filter({ hasText: 'pending' }).waitFor();

    await settle('early', 'WIN');

    const won = seen.bets.filter({ hasText: 'early' }).filter({ hasText: 'won' });
    await expect(won.waitFor({ timeout: REFRESH_MS })).resolves.toBeUndefined();
  });

  it('shows a bet that was committed late, at its place', async () => {
    const [first, late, last] = [0, 1, 2].map((index) => fakeBet(index, `event-${index}`));
    if (!first || !late || !last) throw new Error('There are three.');
    const api = await fakeApi(page, { events: [], bets: [last, first] });
    await page.goto('/#/bets');
    await seen.bets.nth(1).waitFor();

    api.bets.splice(1, 0, late);

    await seen.bets.nth(2).waitFor({ timeout: REFRESH_MS });
    const events = await page.locator('#bets .event').allInnerTexts();
    expect(events).toEqual(['event-2', 'event-1', 'event-0']);
  });

  it('shows no row under a filter that it no longer belongs to', async () => {
    await bet('one', '1.00');
    await bet('two', '2.00');
    await page.goto('/#/bets?status=pending');
    await seen.bets.nth(1).waitFor();

    await settle('one', 'LOSE');

    const one = seen.bets.filter({ hasText: 'one' });
    await one.waitFor({ state: 'detached', timeout: REFRESH_MS });
    expect(await seen.bets.count()).toBe(1);
  });

  it('finds the five that are won behind hundreds that are not', async () => {
    await times(5, 5, () => bet('over', '1.00'));
    await settle('over', 'WIN');
    await times(350, 8, () => bet('open', '1.00'));

    await page.goto('/#/bets?status=won');

    await seen.bets.nth(4).waitFor();
    expect(await page.locator('#no-bets').innerText()).toBe('');
    expect(await page.locator('#bets-pager').innerText()).toMatch(/^5 bets · 5\.00/);
  });
});

/** As long as an id may be, in a script whose letters take two bytes. */
const LONG_ID = `кубок/${'Спартак'.repeat(17)}/1`;

describe.each([320, 375, 900, 1024, 1120, 1280, 1920])('at %i pixels', (width) => {
  it('the button that decides is in sight, whatever the id and the state', async () => {
    const bets = { total: 12_345_678, settled: 1_234_567, staked: '1234567890.00' };
    const settling = { state: 'settling', status: 'WIN', version: 12, bets } as const;
    const events = [fakeEvent(LONG_ID, { bets }), fakeEvent('x'.repeat(256), settling)];
    const api = { events, bets: [fakeBet(1, LONG_ID)] };
    await page.setViewportSize({ width, height: 800 });
    await fakeApi(page, api);
    await page.goto('/#/events?tab=all');
    await seen.event('x').waitFor();

    // A click that is tried needs a button that nothing covers, and scrolls up and down only.
    const widths = [await page.evaluate<number>('document.documentElement.scrollWidth')];
    for (const { event_id } of events) {
      await seen.event(event_id).getByRole('button').click({ trial: true });
      widths.push(await page.evaluate<number>('document.documentElement.scrollLeft + innerWidth'));
    }
    for (const address of [`#/events/${encodeURIComponent(LONG_ID)}`, '#/bets']) {
      await page.goto(`/${address}`);
      await page.locator('.view:not([hidden]) .bet').first().waitFor();
      widths.push(await page.evaluate<number>('document.documentElement.scrollWidth'));
    }

    expect(Math.max(...widths)).toBeLessThanOrEqual(width);
  });
});

describe('a settled event', () => {
  it('does not vanish without a word, and is corrected with three clicks', async () => {
    await times(30, 8, (index) => bet(`match-${index}`, '1.00'));
    await page.goto('/');
    await seen.event('match-29').waitFor();

    await seen.settle('match-7', 'WIN');
    await page.getByText('Settled match-7 as WIN · 1 bet · 1.00').waitFor();
    await seen.deeds.getByRole('button', { name: 'Correct' }).click();
    await seen.choose('LOSE');
    await seen.confirm.click();
    await page.getByText('Corrected match-7 as LOSE · 1 bet · 1.00').waitFor();

    expect((await service.get('/events/match-7')).body).toMatchObject({ status: 'LOSE' });
  });

  it('is told of with what a colleague makes of it since', async () => {
    await bet('match', '1.00');
    await page.goto('/');
    await seen.settle('match', 'WIN');
    await seen.deeds.getByText('Settled match as WIN').waitFor();

    await settle('match', 'LOSE');

    await seen.deeds.getByText(/ · Another operator set LOSE at \d\d:\d\d$/).waitFor();
    expect(await seen.deeds.count()).toBe(1);
  });

  it('is not shown open again by an answer that its result has overtaken', async () => {
    const event = fakeEvent('match');
    await fakeApi(page, { events: [event], bets: [] });
    await page.goto('/#/events?tab=all');
    await seen.event('match').waitFor();
    const late: Route[] = [];
    const old = { ...event };
    await page.route('**/events?*', (route) => void late.push(route));
    await page.waitForRequest('**/events?*');
    await page.route('**/events/match', (route) => {
      const result = { status: 'WIN', version: 1, state: 'settled' };
      if (route.request().method() === 'PUT') Object.assign(event, result);
      return route.fallback();
    });
    await seen.settle('match', 'WIN');
    await seen.event('match').getByText('settled').waitFor();

    await late[0]?.fulfill({ json: [old] });
    await page.waitForRequest('**/events?*');

    expect((await seen.cells('match')).slice(1)).toEqual([
      'settled',
      '10',
      '10.00',
      'WIN',
      'Correct',
    ]);
  });

  it('is told of with its progress, wherever the operator goes', async () => {
    const big = fakeEvent('big');
    await fakeApi(page, { events: [big], bets: [] });
    const goOn = (settled: number) => {
      const bets = { total: 1000, settled, staked: '1000.00' };
      Object.assign(big, { status: 'WIN', version: 1, state: 'settling', bets });
    };
    await page.route('**/events/big', (route) => {
      if (route.request().method() === 'PUT') goOn(250);
      return route.fallback();
    });
    await page.goto('/');

    await seen.settle('big', 'WIN');
    await page.getByText('Settling big as WIN · 1,000 bets').waitFor();
    await page.locator('.bar').getByRole('link', { name: 'Bets' }).click();
    goOn(750);

    await expect(seen.deeds.getByText('750 of 1,000').waitFor()).resolves.toBeUndefined();
  });

  it('is found by its exact id when it is older than those that are loaded', async () => {
    const events = Array.from({ length: 700 }, (_, index) =>
      fakeEvent(`match-${index}`, { status: 'WIN', version: 1, state: 'settled' }),
    );
    await fakeApi(page, { events, bets: [] });
    await page.goto('/');
    await page.getByText('The newest 500 events are loaded.').waitFor();

    await seen.search.fill('match-650');

    await seen.tab('All 1').click();
    expect(await seen.cells('match-650')).toContain('Correct');
    await page.getByRole('link', { name: 'Load 500 older ones' }).click();
    await seen.search.fill('');
    await seen.tab('All 700').waitFor();
  });
});

describe('the dialog', () => {
  it('loses no error when it is closed', async () => {
    await bet('match', '1.00');
    await page.goto('/');
    await page.route('**/events/match', (route) => {
      if (route.request().method() !== 'PUT') return route.continue();
      return route.fulfill({ status: 503, body: '' });
    });
    await seen.decide('match');
    await seen.choose('WIN');
    await seen.confirm.click();
    await seen.dialog.getByText('The service is away or busy').waitFor();

    await page.keyboard.press('Escape');
    await page.unroute('**/events/match');

    await seen.deeds.getByText('It is not known whether this was done').waitFor();
    await seen.deeds.getByRole('button', { name: 'Send again' }).click();
    await expect(
      page.getByText('Settled match as WIN · 1 bet · 1.00').waitFor(),
    ).resolves.toBeUndefined();
  });

  it('for one event is not closed or filled by the answer for another', async () => {
    await bet('one', '1.00');
    await bet('two', '2.00');
    await page.goto('/');
    const { letGo } = await holdBack('PUT', '**/events/one');
    await seen.decide('one');
    await seen.choose('WIN');
    await seen.confirm.click();
    await page.getByRole('button', { name: 'Sending…' }).waitFor();
    await page.keyboard.press('Escape');
    await seen.decide('two');
    await page.getByText('The result decides 1 bet with stakes of 2.00.').waitFor();

    await letGo();
    await seen.deeds.getByText('Settled one as WIN').waitFor({ state: 'attached' });

    expect(await seen.dialog.isVisible()).toBe(true);
    expect(await page.locator('#settle-title').innerText()).toBe('Settle two');
  });

  it('sends one request, and lets nobody choose while it is under way', async () => {
    await bet('match', '1.00');
    await page.goto('/');
    const { held, letGo } = await holdBack('PUT', '**/events/match');
    await seen.decide('match');
    await seen.choose('WIN');

    await seen.confirm.dblclick();
    await page.getByRole('button', { name: 'Sending…' }).waitFor();
    const canChoose = await seen.dialog.getByRole('radio', { name: 'LOSE' }).isEnabled();
    await seen.confirm.click({ force: true });
    await page.keyboard.press('Enter');
    await letGo();
    await seen.deeds.getByText('Settled match as WIN').waitFor();

    expect(canChoose).toBe(false);
    expect(held).toHaveLength(1);
  });

  it('tells what a colleague did and when, and asks anew', async () => {
    await bet('match', '1.00');
    await page.goto('/');
    await seen.event('match').waitFor();
    // The dialog learns of it from the refusal.
    await page.route('**/events**', (route) =>
      route.request().method() === 'GET' ? route.abort() : route.continue(),
    );
    await seen.decide('match');
    await seen.choose('LOSE');
    await settle('match', 'WIN');

    await seen.confirm.click();
    await seen.dialog.getByText('The event is at another version').waitFor();
    await page.unroute('**/events**');
    await seen.dialog.getByText(/Another operator set WIN at \d\d:\d\d\. Decide again\./).waitFor();
    const label = await seen.confirm.innerText();
    await seen.confirm.click({ force: true });
    const chosen = await seen.dialog.getByRole('radio', { checked: true }).count();

    expect([label, chosen]).toEqual(['Choose a result', 0]);
    expect((await service.get('/events/match')).body).toMatchObject({ status: 'WIN', version: 1 });
  });

  it('tells at once of a colleague who decides while it is open', async () => {
    await bet('match', '1.00');
    await page.goto('/');
    await seen.decide('match');
    await seen.choose('LOSE');

    await settle('match', 'WIN');

    await seen.dialog.getByText('Another operator set WIN at').waitFor({ timeout: REFRESH_MS });
    expect(await seen.confirm.innerText()).toBe('Choose a result');
  });

  it('counts on while bets go on', async () => {
    await bet('match', '1.00');
    await page.goto('/');
    await seen.decide('match');
    await page.getByText('The result decides 1 bet with stakes of 1.00.').waitFor();

    await bet('match', '2.50');

    const counted = page.getByText('The result decides 2 bets with stakes of 3.50.');
    await expect(counted.waitFor({ timeout: REFRESH_MS })).resolves.toBeUndefined();
  });
});

describe('the service', () => {
  it('is said to hang within seconds, and to answer again soon after it does', async () => {
    await page.goto('/');
    await page.getByText('No event has a bet yet').waitFor();
    let isHanging = true;
    await page.route(/\/(bets|events)\?/, (route) => (isHanging ? undefined : route.continue()));

    await page.getByText(/^No answer for \d s$/).waitFor({ timeout: 6_000 });
    const offline = page.locator('#offline');
    await offline.getByText('did not answer within 5 seconds').waitFor({ timeout: 6_000 });
    const told = await offline.innerText();
    isHanging = false;
    await offline.waitFor({ state: 'hidden', timeout: 10_000 });

    expect(told).toMatch(/What is shown is from \d\d:\d\d:\d\d\./);
    expect(await offline.getAttribute('role')).toBe('status');
  });

  it('is asked at once when the operator wants it', async () => {
    await page.goto('/');
    await page.getByText('No event has a bet yet').waitFor();
    await page.route(/\/(bets|events)\?/, (route) => route.abort());
    await page.locator('#offline').getByText('The service cannot be reached').waitFor();

    await page.unroute(/\/(bets|events)\?/);
    await page.getByRole('button', { name: 'Try now' }).click();

    await expect(page.locator('#offline').waitFor({ state: 'hidden' })).resolves.toBeUndefined();
  });

  it.each([
    [401, 'You are not signed in. The service wants a token, or a sign-in. (HTTP 401)'],
    [429, 'There were too many requests. Wait a moment, then try again. (HTTP 429)'],
    [502, 'The service is away. (HTTP 502)'],
    [404, 'There is nothing at this address. Is the service behind another address? (HTTP 404)'],
    [500, 'The service gave no reason. Try again, or tell whoever runs the service. (HTTP 500)'],
  ])('may answer %i without a word, and the page says what that is', async (status, sentence) => {
    await page.route(/\/(bets|events)\?/, (route) => route.fulfill({ status, body: '' }));

    await page.goto('/');

    await expect(page.locator('#offline').getByText(sentence).waitFor()).resolves.toBeUndefined();
  });

  it('may refuse a bet without a word, and the form says what that is', async () => {
    await page.goto('/');
    await page.route('**/bets', (route) => route.fulfill({ status: 429, body: '' }));

    await seen.placeByForm('match', '1');

    await expect(
      page.locator('#place-problem').getByText('There were too many requests').waitFor(),
    ).resolves.toBeUndefined();
  });

  it('may stand behind a page that wants a sign-in', async () => {
    await page.route(/\/(bets|events)\?/, (route) => route.fulfill({ body: '<html>Sign in' }));

    await page.goto('/');

    await expect(
      page.locator('#offline').getByText('The answer is not from this service').waitFor(),
    ).resolves.toBeUndefined();
  });
});

describe('the sums', () => {
  it('are of all events, not of the rows that are shown', async () => {
    await times(30, 8, (index) => bet(`match-${index}`, '1.25'));
    await settle('match-3', 'WIN');
    await page.goto('/#/events?q=match-2');
    await seen.event('match-29').waitFor();

    const said = await page.locator('#stakes dd').allInnerTexts();

    expect(said).toEqual(['36.25 97 % · 29 events', '1.25 3 % · 1 event', '0.00 0 % · 0 events']);
  });

  it('say so when they are of a part', async () => {
    const events = Array.from({ length: 501 }, (_, index) => fakeEvent(`match-${index}`));
    await fakeApi(page, { events: events.concat(fakeEvent('old')), bets: [] });

    await page.goto('/');

    await expect(
      page.getByText('A part: of the newest 500 events.').waitFor(),
    ).resolves.toBeUndefined();
  });
});

describe('a row under the pointer', () => {
  it('stays where it is, and what is new waits', async () => {
    const api = await fakeApi(page, {
      events: ['c', 'b', 'a'].map((name) => fakeEvent(`match-${name}`)),
      bets: [],
    });
    await page.goto('/');
    const row = seen.event('match-b');
    await row.hover();
    const before = await row.boundingBox();

    api.events.unshift(fakeEvent('match-d'));
    const result = { status: 'WIN', version: 1, state: 'settled' } as const;
    Object.assign(api.events.find(({ event_id }) => event_id === 'match-c') ?? {}, result);
    await page.getByText('1 new event · show').waitFor();
    const during = await row.boundingBox();
    const gone = await seen.cells('match-c');
    await page.mouse.move(0, 0);
    await seen.event('match-d').waitFor();

    expect(during).toEqual(before);
    expect(gone).toEqual(['match-c', 'settled', '10', '10.00', 'WIN', 'Correct']);
    expect(await page.locator('#events th').allInnerTexts()).toEqual([
      'match-d',
      'match-b',
      'match-a',
    ]);
  });
});
