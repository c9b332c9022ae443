import type { Page, Route } from 'playwright-core';
import type { BetJson, EventJson } from '../../lib/http/bodies.ts';

/** An event with so many bets of 1.00, open unless it has a result. */
export function fakeEvent(event_id: string, more: Partial<EventJson> = {}): EventJson {
  const bets = { total: 10, settled: 0, staked: '10.00' };
  return { event_id, status: null, version: 0, state: 'open', bets, history: [], ...more };
}

/** The bet that was placed `index` seconds after the first one. */
export function fakeBet(index: number, event_id: string): BetJson {
  const placed = Date.UTC(2026, 10, 27, 18) + 1000 * index;
  const id = `01a2-${index.toString().padStart(8, '0')}`;
  const placed_at = new Date(placed).toISOString();
  return { id, event_id, amount: '1.00', status: 'pending', placed_at };
}

/** A page of a list as the API gives it; the cursor is a number of items. */
function pageOf(items: readonly unknown[], { searchParams, pathname }: URL) {
  const from = Number(searchParams.get('cursor') ?? 0);
  const end = from + Number(searchParams.get('limit') ?? 100);
  const next = new URLSearchParams({ cursor: end.toString() }).toString();
  const link = { link: `<${pathname}?${next}>; rel="next"` };
  return { body: items.slice(from, end), headers: end < items.length ? link : {} };
}

/**
 * Answers the console's requests as the API does, from lists that the test may change, newest
 * first. What it was asked for is in `asked`.
 */
export async function fakeApi(page: Page, lists: { events: EventJson[]; bets: BetJson[] }) {
  const asked: string[] = [];
  const answer = (route: Route): Promise<void> => {
    const url = new URL(route.request().url());
    asked.push(url.pathname.slice(1) + url.search);
    if (url.pathname === '/bets') {
      const { body, headers } = pageOf(filtered(lists.bets, url), url);
      return route.fulfill({ json: body, headers });
    }
    if (url.pathname === '/events') {
      const { body, headers } = pageOf(lists.events, url);
      return route.fulfill({ json: body, headers });
    }
    const id = decodeURIComponent(url.pathname.slice('/events/'.length));
    const event = lists.events.find(({ event_id }) => event_id === id);
    if (event !== undefined) return route.fulfill({ json: event });
    const type = '/docs/problems#event-not-found';
    return route.fulfill({ status: 404, json: { type, title: 'Nothing is known of the event' } });
  };
  await page.route(/\/(bets|events)(\?|$|\/)/, answer);
  return { ...lists, asked };
}

function filtered(bets: readonly BetJson[], { searchParams }: URL): readonly BetJson[] {
  const eventId = searchParams.get('event_id');
  const status = searchParams.get('status');
  if (eventId === null && status === null) return bets;
  return bets.filter(
    (bet) => (eventId ?? bet.event_id) === bet.event_id && (status ?? bet.status) === bet.status,
  );
}
