import type { Outcome } from '../../lib/bets/bet.ts';
import type { HttpResponse } from '../../lib/http/problems.ts';
import type { BetJson, EventJson, History, PlaceRequest, Wish } from './history.ts';
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

/** Clients that ask, remember what they were told and never look behind the API. */
export function createClients(world: World, random: Random, history: History): Clients {
  const { time } = world;
  let wishes = 0;

  const ask = async (
    route: Route,
    sent: Sent,
  ): Promise<{
    start: number;
    end: number;
    response: HttpResponse | undefined;
    statements: number;
  }> => {
    const start = time.now();
    const called = await world.call(route, sent);
    const response = called?.response;
    if (response !== undefined && !EXPLAINED.has(response.statusCode)) {
      history.unexplained.push(
        `${route} ${JSON.stringify(sent)}: ${response.statusCode} ${response.body}`,
      );
    }
    // A 5xx leaves open whether, and when, the request has its effect.
    const open = response === undefined || response.statusCode >= 500;
    return {
      start,
      end: open ? Infinity : time.now(),
      response,
      statements: called?.statements ?? 0,
    };
  };

  const askFor = async (wish: Wish): Promise<PlaceRequest> => {
    const { start, end, response } = await ask('placeBet', {
      method: 'POST',
      headers: { ...JSON_HEADERS, ...(wish.key !== undefined && { 'idempotency-key': wish.key }) },
      body: JSON.stringify({ event_id: wish.event, amount: wish.amount }),
    });
    const request: PlaceRequest = { start, end, status: response?.statusCode ?? 0 };
    if (response?.statusCode === 201) {
      request.bet = JSON.parse(response.body) as BetJson;
      request.replayed = response.headers['idempotency-replayed'] === 'true';
    }
    wish.requests.push(request);
    return request;
  };

  const page = async (
    query: Record<string, string>,
  ): Promise<{ bets: BetJson[]; next: string | undefined } | undefined> => {
    const { start, end, response } = await ask('listBets', { query });
    if (response?.statusCode !== 200) return undefined;
    const bets = JSON.parse(response.body) as BetJson[];
    history.betsReads.push({ start, end, bets });
    const next = /[?&]cursor=([^&>]+)/.exec(response.headers['link'] ?? '')?.[1];
    return { bets, next };
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
      const { start, end, response, statements } = await ask('settleEvent', {
        method: 'PUT',
        pathParameters: { event_id: event },
        headers: {
          ...JSON_HEADERS,
          ...(ifVersion !== undefined && { 'if-match': `"${ifVersion}"` }),
        },
        body: JSON.stringify({ status: outcome }),
      });
      const status = response?.statusCode ?? 0;
      const answered = status === 200 || status === 202;
      history.puts.push({
        event,
        outcome,
        ifVersion,
        start,
        end,
        status,
        statements,
        ...(answered && { answer: JSON.parse(response?.body ?? '') as EventJson }),
      });
    },
    readEvent: async (event) => {
      const { start, end, response } = await ask('getEvent', {
        pathParameters: { event_id: event },
      });
      const status = response?.statusCode ?? 0;
      history.eventReads.push({
        event,
        start,
        end,
        status,
        ...(status === 200 && { answer: JSON.parse(response?.body ?? '') as EventJson }),
      });
    },
    readBet: async (id) => {
      const { start, end, response } = await ask('getBet', { pathParameters: { id } });
      if (response?.statusCode === 404)
        history.unexplained.push(`bet ${id} was acknowledged and is not found`);
      if (response?.statusCode === 200) {
        history.betsReads.push({ start, end, bets: [JSON.parse(response.body) as BetJson] });
      }
    },
    walk: async (limit) => {
      const start = time.now();
      const bets: BetJson[] = [];
      let cursor: string | undefined;
      do {
        const found = await page({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
        if (found === undefined) return;
        bets.push(...found.bets);
        cursor = found.next;
      } while (cursor !== undefined && bets.length < MAX_WALK);
      history.walks.push({ start, end: time.now(), bets });
    },
    walkEvents: async (limit) => {
      const events: EventJson[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: String(limit), ...(cursor !== undefined && { cursor }) };
        const { start, end, response } = await ask('listEvents', { query });
        if (response?.statusCode !== 200) return undefined;
        const answers = JSON.parse(response.body) as EventJson[];
        // What the list says of an event is a read of the event.
        const reads = answers.map((answer) => {
          return { event: answer.event_id, start, end, status: 200, answer };
        });
        history.eventReads.push(...reads);
        events.push(...answers);
        cursor = /[?&]cursor=([^&>]+)/.exec(response.headers['link'] ?? '')?.[1];
      } while (cursor !== undefined && events.length < MAX_WALK);
      return events;
    },
    listOnEvent: async (event, limit) => {
      await page({ event_id: event, limit: String(limit) });
    },
  };
}
