import { eventListBody } from '../../lib/http/bodies.ts';
import type { HttpResponse } from '../../lib/http/problems.ts';
import type { Served } from '../simulation/clients.ts';
import type { BetJson, EventJson, History } from '../simulation/history.ts';
import { violation } from '../simulation/promises.ts';

/** What a round sees of a deployment that others use too: what was placed since its first bet. */
export interface Since {
  /** The id of the first event: nothing older is read. */
  event: string;
  /** When its first bet was placed, an instant. */
  placedAt: string;
}

/** Clocks of several servers may differ by this much, in milliseconds. */
const SKEW_MS = 60_000;

/**
 * The same deployment, as if it began with the round: its lists end where the round began. The
 * clients ask for whole lists, and never hear of it.
 */
export function since(served: Served, begin: () => Since | undefined): Served {
  return {
    ...served,
    call: async (route, sent) => {
      const from = begin();
      if (route !== 'listBets' && route !== 'listEvents') return served.call(route, sent);
      if (from === undefined) throw new Error('The round has not begun.');
      const placed_from = new Date(Date.parse(from.placedAt) - SKEW_MS).toISOString();
      const bounds = route === 'listBets' ? { placed_from } : {};
      const called = await served.call(route, { ...sent, query: { ...sent.query, ...bounds } });
      if (called === undefined) return called;
      const ends = route === 'listEvents' && showsEvent(called.response, from.event);
      return { ...called, response: relinked(called.response, ends) };
    },
  };
}

function showsEvent({ statusCode, body }: HttpResponse, event: string): boolean {
  if (statusCode !== 200) return false;
  const { data = [] } = eventListBody.safeParse(JSON.parse(body));
  return data.some(({ event_id }) => event_id === event);
}

/** The link to the next page without what was added, or no link at all. */
function relinked({ headers, ...response }: HttpResponse, ends: boolean): HttpResponse {
  const { link, ...others } = headers;
  if (link === undefined || ends) return { ...response, headers: others };
  const [, path = '', search = '', rest = ''] = /^<([^?>]*)\?([^>]*)>(.*)$/.exec(link) ?? [];
  const query = new URLSearchParams(search);
  query.delete('placed_from');
  return { ...response, headers: { ...others, link: `<${path}?${query.toString()}>${rest}` } };
}

/** The history without what others placed; pages that have it are cut anew. */
export function ownPart(history: History, isOwn: (event: string) => boolean): History {
  const own = ({ event_id }: BetJson | EventJson): boolean => isOwn(event_id);
  const faults = [...history.faults];
  const walks = history.walks.map((walk) => {
    const [last = [], ...before] = walk.pages.toReversed();
    const limit = Number(walk.query['limit']);
    if (before.some(({ length }) => length !== limit)) {
      faults.push(violation(1, `a page of ${JSON.stringify(walk.query)} is not full`));
    }
    if ([last, ...before].every((page) => page.every(own))) return walk;
    return { ...walk, pages: cut(walk.pages.flat().filter(own), limit) };
  });
  const eventWalks = history.eventWalks.map((walk) => {
    return { ...walk, pages: walk.pages.map((page) => page.filter(own)) };
  });
  const betsReads = history.betsReads.map((read) => ({ ...read, bets: read.bets.filter(own) }));
  const eventReads = history.eventReads.filter(({ event }) => isOwn(event));
  return { ...history, faults, walks, eventWalks, betsReads, eventReads };
}

function cut<Each>(items: readonly Each[], limit: number): Each[][] {
  const count = Math.max(1, Math.ceil(items.length / limit));
  return Array.from({ length: count }, (_, page) => items.slice(page * limit, (page + 1) * limit));
}
