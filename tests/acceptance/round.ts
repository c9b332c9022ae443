import type { Outcome } from '../../lib/bets/bet.ts';
import { type Clients, createClients, type Served } from '../simulation/clients.ts';
import {
  type BetJson,
  type Condition,
  emptyHistory,
  type EventJson,
  type History,
  type Walk,
  type Wish,
} from '../simulation/history.ts';
import type { Random } from '../simulation/random.ts';
import { Refused } from './overHttp.ts';
import { ownPart, since, type Since } from './ownPart.ts';

/** Who takes part in a round, and for how long. */
export interface RoundOptions {
  /** The ids of the round's events and its keys begin with it. */
  name: string;
  clients: number;
  milliseconds: number;
}

/** What a round leaves to be judged. */
export interface Round {
  history: History;
  /** The last walk over all bets of the round, and over all of its events. */
  bets: BetJson[];
  events: EventJson[];
  /** The last look at each event. */
  reports: EventJson[];
}

const EVENTS = 6;
const OPERATORS = 2;
/** An event has at most so many results; each may be asked for many times. */
const MAX_RESULTS = 6;
const OUTCOMES = ['WIN', 'LOSE'] as const satisfies readonly [Outcome, Outcome];
/** Who was not answered asks again so many times. */
const TRIES = 20;
/** The resumer comes once a minute. */
const SETTLED = { tries: 40, firstMs: 200, mostMs: 10_000 };
/** An index may lag by moments. */
const INDEX = { tries: 10, pauseMs: 1_000 };
const PAGE = '100';

/** What those share who act in a round. */
interface Play {
  served: Served;
  clients: Clients;
  history: History;
  random: Random;
  events: [string, ...string[]];
  /** Whether the time for new requests is over. */
  isOver: () => boolean;
}

/** Places, retries, settles, corrects and lists; then lets all come right and reads it again. */
export async function playRound(
  target: Served,
  random: Random,
  { name, clients: width, milliseconds }: RoundOptions,
): Promise<Round> {
  let began: Since | undefined;
  const history = emptyHistory();
  const served = since(target, () => began);
  const clients = createClients(served, random, history, `${name}-`);
  const events: Play['events'] = [`${name}/first`];
  for (let event = 1; event < EVENTS; event += 1) events.push(`${name}/${event} v ${event}`);
  began = await begin(clients, events[0]);
  const end = served.time.now() + milliseconds;
  const isOver = (): boolean => served.time.now() >= end;
  const play: Play = { served, clients, history, random, events, isOver };
  await Promise.all([
    ...Array.from({ length: width }, () => customer(play)),
    ...Array.from({ length: OPERATORS }, () => operator(play)),
  ]);
  await resolve(play);
  await comeLate(play);
  return readAll(play, (event) => event.startsWith(`${name}/`));
}

/** The first bet: without it there is nothing to judge. It is read once before any result. */
async function begin(clients: Clients, event: string): Promise<Since> {
  const { requests } = await clients.place(event, true, 0);
  const bet = requests.find((request) => request.bet !== undefined)?.bet;
  if (bet !== undefined) {
    await clients.readBet(bet.id);
    return { event, placedAt: bet.placed_at };
  }
  const statuses = requests.map(({ status }) => status || 'no answer').join(', ');
  throw new Refused(`The first bet was not taken: ${statuses}. Is the address right?`);
}

async function customer(play: Play): Promise<void> {
  const { served, random, isOver } = play;
  while (!isOver()) {
    await act(play);
    await served.time.sleep(random.next() * 50);
  }
}

async function act({ clients, history, random, events }: Play): Promise<void> {
  const event = random.pick(events);
  const dice = random.next();
  if (dice < 0.5) await clients.place(event, random.chance(0.7));
  else if (dice < 0.62) await askAgain(clients, history, random);
  else if (dice < 0.65) await clients.misuseKey();
  else if (dice < 0.75) await clients.readEvent(event);
  else if (dice < 0.85) {
    const bet = anyOf(random, history.wishes)?.requests.find((request) => request.bet)?.bet;
    if (bet !== undefined) await clients.readBet(bet.id);
  } else if (dice < 0.94) {
    await clients.walk({ limit: String(random.between(5, 100)), event_id: event });
  } else if (dice < 0.97) await clients.walk({ limit: PAGE });
  else await clients.walkEvents({ limit: PAGE });
}

/** A client that was answered asks once more, as one does whose answer was lost. */
async function askAgain(clients: Clients, { wishes }: History, random: Random): Promise<void> {
  const wish = anyOf(random, wishes);
  if (wish?.key !== undefined) await clients.askFor(wish);
}

function anyOf(random: Random, wishes: readonly Wish[]): Wish | undefined {
  return wishes[random.between(0, wishes.length - 1)];
}

/** First results come in the middle of the round, corrections after them. */
async function operator({ served, clients, history, random, events, isOver }: Play) {
  while (!isOver()) {
    await served.time.sleep(500 + random.next() * 1_500);
    const event = random.pick(events);
    const results = history.puts.filter((put) => put.event === event).length;
    if (isOver() || results >= MAX_RESULTS) continue;
    const version = random.chance(0.5) ? random.pick<Condition>([0, 1, '*']) : undefined;
    await clients.settle(event, random.pick(OUTCOMES), version);
  }
}

/** Whoever was left without an answer asks again, and every event gets a result. */
async function resolve({ served, clients, history, random, events }: Play): Promise<void> {
  const until = async (isDone: () => boolean, ask: () => Promise<unknown>): Promise<void> => {
    for (let tries = 1; tries <= TRIES && !isDone(); tries += 1) {
      if (tries > 1) await served.time.sleep(random.next() * 1_000);
      await ask();
    }
  };
  for (const wish of history.wishes) {
    const isKnown = (): boolean => wish.key === undefined || wish.requests.at(-1)?.end !== Infinity;
    await until(isKnown, () => clients.askFor(wish));
  }
  for (const event of events) {
    const hasResult = (): boolean =>
      history.puts.some((put) => put.event === event && put.answer !== undefined);
    await until(hasResult, () => clients.settle(event, random.pick(OUTCOMES), undefined));
  }
  for (const event of events) await untilSettled(event, { served, clients, history });
}

/** What must be sure by now: late bets, a repetition, and reads of what was read before. */
async function comeLate({ clients, history, events }: Play): Promise<void> {
  const [first] = history.wishes;
  if (first !== undefined) await clients.askFor(first);
  for (const event of events) {
    await clients.place(event, true);
    const bet = history.wishes
      .filter((wish) => wish.event === event)
      .flatMap(({ requests }) => requests.flatMap((request) => request.bet ?? []))[0];
    if (bet !== undefined) await clients.readBet(bet.id);
  }
}

const lastOf = ({ eventReads }: History, event: string): EventJson | undefined =>
  eventReads.findLast((read) => read.event === event && read.answer !== undefined)?.answer;

async function untilSettled(
  event: string,
  { served, clients, history }: Pick<Play, 'served' | 'clients' | 'history'>,
): Promise<void> {
  let pauseMs = SETTLED.firstMs;
  for (let tries = 1; tries <= SETTLED.tries; tries += 1) {
    await clients.readEvent(event);
    if (lastOf(history, event)?.state === 'settled') return;
    await served.time.sleep(pauseMs);
    pauseMs = Math.min(SETTLED.mostMs, pauseMs * 2);
  }
}

/** All lists once more, when nothing happens any more. */
async function readAll(play: Play, isOwn: (event: string) => boolean): Promise<Round> {
  const { clients, history, events } = play;
  const walk = await again(play, () => clients.walk({ limit: PAGE }));
  const eventWalk = await again(play, () => clients.walkEvents({ limit: PAGE }));
  const bets = walk.pages.flat().filter(({ event_id }) => isOwn(event_id));
  for (const event of events) {
    const count = bets.filter(({ event_id }) => event_id === event).length;
    const ofEvent = await walkOfEvent(play, event, count);
    history.restingWalks.push(ofEvent);
  }
  return {
    history: ownPart(history, isOwn),
    bets,
    events: eventWalk.pages.flat().filter(({ event_id }) => isOwn(event_id)),
    reports: events.flatMap((event) => lastOf(history, event) ?? []),
  };
}

/** Again while the index lags behind the history. */
async function walkOfEvent(play: Play, event: string, count: number): Promise<Walk<BetJson>> {
  const query = { limit: '30', event_id: event };
  let walk = await again(play, () => play.clients.walk(query));
  for (let tries = 1; tries < INDEX.tries && walk.pages.flat().length < count; tries += 1) {
    await play.served.time.sleep(INDEX.pauseMs);
    walk = await again(play, () => play.clients.walk(query));
  }
  return walk;
}

async function again<Result>(
  { served, random }: Pick<Play, 'served' | 'random'>,
  ask: () => Promise<Result | undefined>,
): Promise<Result> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const result = await ask();
    if (result !== undefined) return result;
    await served.time.sleep(random.next() * 1_000);
  }
  throw new Refused(`A list was not answered in ${TRIES} tries.`);
}
