import type * as z from 'zod';
import type { Outcome } from '../../lib/bets/bet.ts';
import type { HttpResponse } from '../../lib/http/problems.ts';
import { betBody, betListBody, eventBody, eventListBody } from '../../lib/http/bodies.ts';
import type { Sent } from '../support/apiEvent.ts';
import { checkAnswer, checkEvent, checkPage } from './answers.ts';
import type {
  BetJson,
  Condition,
  EventJson,
  History,
  PlaceRequest,
  Query,
  Request,
  Walk,
  Wish,
} from './history.ts';
import type { Counts, Ledger } from './ledger.ts';
import { violation } from './promises.ts';
import type { Random } from './random.ts';
import type { Route, World } from './world.ts';

/** Requests for one wish with a key, at most. */
const MAX_REQUESTS = 6;
/** More pages than any list has: a walk over so many goes round in circles. */
const MAX_PAGES = 400;
const JSON_HEADERS = { 'content-type': 'application/json' };

export interface Clients {
  /** `impatience` is how likely a client with a key asks again before it was answered. */
  place(event: string, keyed: boolean, impatience?: number): Promise<Wish>;
  /** One more request for a wish. */
  askFor(wish: Wish): Promise<PlaceRequest>;
  /** Asks for another bet with the key of a bet that was acknowledged: that of `wish`, or any. */
  misuseKey(wish?: Wish): Promise<void>;
  settle(event: string, outcome: Outcome, ifVersion: Condition): Promise<void>;
  readEvent(event: string): Promise<void>;
  readBet(id: string): Promise<void>;
  /** All pages of a list; undefined when one of them failed. */
  walk(query: Query): Promise<Walk<BetJson> | undefined>;
  walkEvents(query: Query): Promise<Walk<EventJson> | undefined>;
  /** From now on nothing goes wrong, so that every request must succeed. */
  rest(): void;
}

interface Answered extends Request {
  /** What the answer shows, when it is a success. */
  shown?: HttpResponse;
  statements: number;
  /** What was counted when it was asked. */
  before: ReadonlyMap<string, Counts>;
}

interface Page<Item> {
  items: Item[];
  next: Query | undefined;
}

function bodyOf<Schema extends z.ZodType>(schema: Schema, { body }: HttpResponse) {
  return schema.parse(JSON.parse(body));
}

/** What the link to the next page asks for. */
function nextOf({ headers }: HttpResponse): Query | undefined {
  const query = /^<\?([^>]+)>; rel="next"$/.exec(headers['link'] ?? '')?.[1];
  return query === undefined ? undefined : Object.fromEntries(new URLSearchParams(query));
}

/** Whom the clients ask. What is stored there is known in a simulation alone. */
export interface Served extends Pick<World, 'call'> {
  time: Pick<World['time'], 'now' | 'sleep'>;
  ledger?: Ledger;
}

const NOTHING_COUNTED: ReadonlyMap<string, Counts> = new Map();

/** Clients that ask, remember what they were told and never look behind the API. */
export function createClients(
  world: Served,
  random: Random,
  history: History,
  keyPrefix = 'key-',
): Clients {
  const { time, ledger } = world;
  let wishes = 0;
  let atRest = false;
  /** The last answer to each GET, for those who ask whether it has changed. */
  const kept = new Map<string, HttpResponse>();

  const newAmount = (): string => {
    wishes += 1;
    return `${Math.floor(wishes / 100)}.${String(wishes % 100).padStart(2, '0')}`;
  };

  /** A client that has an answer already asks for another one only if that has changed. */
  const send = async (route: Route, sent: Sent) => {
    const name = JSON.stringify([route, sent.pathParameters, sent.query]);
    const known = sent.method === undefined && random.chance(0.5) ? kept.get(name) : undefined;
    const etag = known?.headers['etag'];
    const headers = { ...sent.headers, ...(etag?.startsWith('W/') && { 'if-none-match': etag }) };
    const called = await world.call(route, { ...sent, headers });
    const unchanged = called?.response.statusCode === 304 && headers['if-none-match'];
    if (called === undefined || !known || !unchanged) {
      if (called?.response.statusCode === 200) kept.set(name, called.response);
      return called;
    }
    if (called.response.headers['etag'] !== etag) {
      history.faults.push(violation(11, `${name} is unchanged and has another tag`));
    }
    return { ...called, response: known };
  };

  const ask = async (route: Route, sent: Sent, misused = false): Promise<Answered> => {
    const start = time.now();
    const before = ledger?.counts() ?? NOTHING_COUNTED;
    const called = await send(route, sent);
    const status = called?.response.statusCode ?? 0;
    if (called !== undefined) {
      history.faults.push(...checkAnswer({ route, sent, misused, atRest }, called));
    }
    // A 5xx leaves open whether, and when, the request has its effect.
    const open = status === 0 || status >= 500;
    const success = called !== undefined && status < 300;
    return {
      start,
      end: open ? Infinity : time.now(),
      status,
      statements: called?.statements ?? 0,
      before,
      ...(success && { shown: called.response }),
    };
  };

  const askToPlace = (
    event_id: string,
    amount: string,
    key: string | undefined,
    misused = false,
  ): Promise<Answered> => {
    const headers = { ...JSON_HEADERS, ...(key !== undefined && { 'idempotency-key': key }) };
    const body = JSON.stringify({ event_id, amount });
    return ask('placeBet', { method: 'POST', headers, body }, misused);
  };

  const askFor = async (wish: Wish): Promise<PlaceRequest> => {
    const { event, amount, key } = wish;
    const { start, end, status, shown } = await askToPlace(event, amount, key);
    const request: PlaceRequest = { start, end, status };
    if (shown !== undefined) {
      request.bet = bodyOf(betBody, shown);
      request.replayed = shown.headers['idempotency-replayed'] === 'true';
    }
    wish.requests.push(request);
    return request;
  };

  const judge = (answer: EventJson, before: ReadonlyMap<string, Counts>): void => {
    if (ledger !== undefined) history.faults.push(...checkEvent(answer, before, ledger));
  };

  const noteEvent = (
    event: string,
    { start, end, status, before }: Answered,
    answer: EventJson | undefined,
  ): void => {
    history.eventReads.push({ event, start, end, status, ...(answer && { answer }) });
    if (answer !== undefined) judge(answer, before);
    else if (status === 404 && (before.get(event)?.placed ?? 0) > 0) {
      history.faults.push(violation(13, `${event} has bets and is not found`));
    }
  };

  const pageOfBets = async (query: Query): Promise<Page<BetJson> | undefined> => {
    const { start, end, shown } = await ask('listBets', { query });
    if (shown === undefined) return undefined;
    const items = bodyOf(betListBody, shown);
    history.betsReads.push({ start, end, bets: items });
    return { items, next: nextOf(shown) };
  };

  const pageOfEvents = async (query: Query): Promise<Page<EventJson> | undefined> => {
    const answered = await ask('listEvents', { query });
    if (answered.shown === undefined) return undefined;
    const items = bodyOf(eventListBody, answered.shown);
    // What the list says of an event is a read of the event.
    for (const answer of items) noteEvent(answer.event_id, answered, answer);
    return { items, next: nextOf(answered.shown) };
  };

  const walkOver = async <Item extends BetJson | EventJson>(
    pageOf: (query: Query) => Promise<Page<Item> | undefined>,
    query: Query,
  ): Promise<Walk<Item> | undefined> => {
    const start = time.now();
    const pages: Item[][] = [];
    let next: Query | undefined = query;
    while (next !== undefined && pages.length < MAX_PAGES) {
      const asked: Query = next;
      const page = await pageOf(asked);
      if (page === undefined) return undefined;
      history.faults.push(...checkPage(asked, page.items, page.next));
      pages.push(page.items);
      next = page.next;
    }
    return { start, end: time.now(), query, pages };
  };

  return {
    askFor,
    place: async (event, keyed, impatience = 0.1) => {
      const amount = newAmount();
      const key = keyed ? keyPrefix + wishes : undefined;
      const wish: Wish = { event, amount, key, requests: [] };
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
    misuseKey: async (given) => {
      const used = history.wishes.filter(
        ({ key, requests }) => key !== undefined && requests.some(({ bet }) => bet !== undefined),
      );
      const wish = given ?? used[random.between(0, used.length - 1)];
      if (wish === undefined) return;
      const otherEvent = random.chance(0.3);
      const event = otherEvent ? `not-${wish.event}` : wish.event;
      await askToPlace(event, otherEvent ? wish.amount : newAmount(), wish.key, true);
    },
    settle: async (event, outcome, ifVersion) => {
      const tag = ifVersion === '*' ? ifVersion : `"${ifVersion}"`;
      const condition = ifVersion !== undefined && { 'if-match': tag };
      // Without a version a retry would be another decision.
      const most = typeof ifVersion === 'number' ? MAX_REQUESTS : 1;
      for (let tries = 1; tries <= most; tries += 1) {
        const { shown, before, ...answered } = await ask('settleEvent', {
          method: 'PUT',
          pathParameters: { event_id: event },
          headers: { ...JSON_HEADERS, ...condition },
          body: JSON.stringify({ status: outcome }),
        });
        const answer = shown && { answer: bodyOf(eventBody, shown) };
        if (answer) judge(answer.answer, before);
        history.puts.push({ event, outcome, ifVersion, ...answered, ...answer });
        if (answered.end < Infinity) break;
        await time.sleep(random.next() * 2_000);
      }
    },
    readEvent: async (event) => {
      const answered = await ask('getEvent', { pathParameters: { event_id: event } });
      noteEvent(event, answered, answered.shown && bodyOf(eventBody, answered.shown));
    },
    readBet: async (id) => {
      const { start, end, shown } = await ask('getBet', { pathParameters: { id } });
      if (shown === undefined) return;
      const bet = bodyOf(betBody, shown);
      history.betsReads.push({ start, end, bets: [bet] });
      if (bet.id !== id) history.faults.push(violation(1, `${bet.id} is shown for ${id}`));
    },
    walk: async (query) => {
      const walk = await walkOver(pageOfBets, query);
      if (walk !== undefined) history.walks.push(walk);
      return walk;
    },
    walkEvents: async (query) => {
      const walk = await walkOver(pageOfEvents, query);
      if (walk !== undefined) history.eventWalks.push(walk);
      return walk;
    },
    rest: () => void (atRest = true),
  };
}
