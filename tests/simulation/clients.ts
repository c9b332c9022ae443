import type * as z from 'zod';
import type { Outcome } from '../../lib/bets/bet.ts';
import type { HttpResponse } from '../../lib/http/problems.ts';
import { betBody, betListBody, eventBody, eventListBody } from '../../lib/http/wire.ts';
import type { EventJson, History, PlaceRequest, Request, Wish } from './history.ts';
import type { Random } from './random.ts';
import type { Route, World } from './world.ts';
import type { Sent } from '../support/apiEvent.ts';

/** Requests for one wish with a key, at most. */
const MAX_REQUESTS = 6;
/** More bets than any schedule places: a walk that meets so many goes round in circles. */
const MAX_WALK = 500;
const JSON_HEADERS = { 'content-type': 'application/json' };
/** Statuses that a client can bring about; any other is a fault of the service. */
const EXPLAINED = new Set([200, 201, 202, 404, 409, 412, 503]);

export interface Clients {
  /** `impatience` is how likely a client with a key asks again before it was answered. */
  place(event: string, keyed: boolean, impatience?: number): Promise<Wish>;
  /** One more request for a wish. */
  askFor(wish: Wish): Promise<PlaceRequest>;
  settle(event: string, outcome: Outcome, ifVersion: number | undefined): Promise<void>;
  readEvent(event: string): Promise<void>;
  readBet(id: string): Promise<void>;
  walk(limit: number): Promise<void>;
  listOnEvent(event: string, limit: number): Promise<void>;
  /** All pages of the events; undefined when one of them failed. */
  walkEvents(limit: number): Promise<EventJson[] | undefined>;
}

interface Answered extends Request {
  /** What the answer shows, when it is a success. */
  shown?: HttpResponse;
  statements: number;
}

type Query = Record<string, string>;
interface Page<Item> {
  items: Item[];
  next: string | undefined;
}

function bodyOf<Schema extends z.ZodType>(schema: Schema, { body }: HttpResponse) {
  return schema.parse(JSON.parse(body));
}

function nextOf({ headers }: HttpResponse): string | undefined {
  return /[?&]cursor=([^&>]+)/.exec(headers['link'] ?? '')?.[1];
}

/** Clients that ask, remember what they were told and never look behind the API. */
export function createClients(world: World, random: Random, history: History): Clients {
  const { time } = world;
  let wishes = 0;

  const ask = async (route: Route, sent: Sent): Promise<Answered> => {
    const start = time.now();
    const { response, statements = 0 } = (await world.call(route, sent)) ?? {};
    const status = response?.statusCode ?? 0;
    if (response !== undefined && !EXPLAINED.has(status)) {
      history.unexplained.push(`${route} ${JSON.stringify(sent)}: ${status} ${response.body}`);
    }
    // A 5xx leaves open whether, and when, the request has its effect.
    const open = status === 0 || status >= 500;
    const success = response !== undefined && status < 300;
    return {
      start,
      end: open ? Infinity : time.now(),
      status,
      statements,
      ...(success && { shown: response }),
    };
  };

  const askFor = async (wish: Wish): Promise<PlaceRequest> => {
    const { start, end, status, shown } = await ask('placeBet', {
      method: 'POST',
      headers: { ...JSON_HEADERS, ...(wish.key !== undefined && { 'idempotency-key': wish.key }) },
      body: JSON.stringify({ event_id: wish.event, amount: wish.amount }),
    });
    const request: PlaceRequest = { start, end, status };
    if (shown !== undefined) {
      request.bet = bodyOf(betBody, shown);
      request.replayed = shown.headers['idempotency-replayed'] === 'true';
    }
    wish.requests.push(request);
    return request;
  };

  const pageOfBets = async (query: Query) => {
    const { start, end, shown } = await ask('listBets', { query });
    if (shown === undefined) return undefined;
    const bets = bodyOf(betListBody, shown);
    history.betsReads.push({ start, end, bets });
    return { items: bets, next: nextOf(shown) };
  };

  const pageOfEvents = async (query: Query) => {
    const { start, end, status, shown } = await ask('listEvents', { query });
    if (shown === undefined) return undefined;
    const events = bodyOf(eventListBody, shown);
    // What the list says of an event is a read of the event.
    const reads = events.map((answer) => ({ event: answer.event_id, start, end, status, answer }));
    history.eventReads.push(...reads);
    return { items: events, next: nextOf(shown) };
  };

  /** What all pages show; undefined when one of them failed. */
  const walkOver = async <Item>(
    pageOf: (query: Query) => Promise<Page<Item> | undefined>,
    limit: number,
  ): Promise<Item[] | undefined> => {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const page = await pageOf({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
      if (page === undefined) return undefined;
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined && items.length < MAX_WALK);
    return items;
  };

  return {
    askFor,
    place: async (event, keyed, impatience = 0.1) => {
      wishes += 1;
      const amount = `${Math.floor(wishes / 100)}.${String(wishes % 100).padStart(2, '0')}`;
      const wish: Wish = { event, amount, key: keyed ? `key-${wishes}` : undefined, requests: [] };
      history.wishes.push(wish);
      for (let tries = 1; tries <= (keyed ? MAX_REQUESTS : 1); tries += 1) {
        // An impatient client asks again before it was answered.
        const impatient = keyed && random.chance(impatience) ? askFor(wish) : undefined;
        const request = await askFor(wish);
        await impatient;
        if (request.end < Infinity) break;
        await time.sleep(random.next() * 2_000);
      }
      return wish;
    },
    settle: async (event, outcome, ifVersion) => {
      const condition = ifVersion !== undefined && { 'if-match': `"${ifVersion}"` };
      // Without a condition a retry would be another decision.
      for (let tries = 1; tries <= (ifVersion === undefined ? 1 : MAX_REQUESTS); tries += 1) {
        const { shown, ...answered } = await ask('settleEvent', {
          method: 'PUT',
          pathParameters: { event_id: event },
          headers: { ...JSON_HEADERS, ...condition },
          body: JSON.stringify({ status: outcome }),
        });
        const answer = shown && { answer: bodyOf(eventBody, shown) };
        history.puts.push({ event, outcome, ifVersion, ...answered, ...answer });
        if (answered.end < Infinity) break;
        await time.sleep(random.next() * 2_000);
      }
    },
    readEvent: async (event) => {
      const pathParameters = { event_id: event };
      const { start, end, status, shown } = await ask('getEvent', { pathParameters });
      const answer = shown && { answer: bodyOf(eventBody, shown) };
      history.eventReads.push({ event, start, end, status, ...answer });
    },
    readBet: async (id) => {
      const { start, end, status, shown } = await ask('getBet', { pathParameters: { id } });
      if (status === 404) {
        history.unexplained.push(`bet ${id} was acknowledged and is not found`);
      }
      if (shown !== undefined) {
        history.betsReads.push({ start, end, bets: [bodyOf(betBody, shown)] });
      }
    },
    walk: async (limit) => {
      const start = time.now();
      const bets = await walkOver(pageOfBets, limit);
      if (bets !== undefined) history.walks.push({ start, end: time.now(), bets });
    },
    walkEvents: (limit) => walkOver(pageOfEvents, limit),
    listOnEvent: async (event, limit) => {
      await pageOfBets({ event_id: event, limit: String(limit) });
    },
  };
}
