import { hash } from 'node:crypto';
import type { Outcome } from '../../lib/bets/bet.ts';
import { EVENT_STATES } from '../../lib/bets/event.ts';
import { type Clients, createClients } from './clients.ts';
import { checkHistory, checkWrite } from './guarantees.ts';
import { type Condition, emptyHistory, type History, mark, type Query } from './history.ts';
import type { Faults } from './network.ts';
import { type Violation, violation } from './promises.ts';
import { createRandom, type Random } from './random.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

export interface ScheduleResult {
  seed: number;
  violations: Violation[];
  /** Tells two runs apart that did not go the same way, step by step. */
  digest: string;
  commands: number;
}

/** Things go wrong for this long, in milliseconds; then they do not, and all must come right. */
const TROUBLE_MS = 120_000;
/** What was on its way for the longest time has arrived by then, and sweepers have seen it. */
const REST_MS = 600_000;
const LATE_MS = 300_000;
const INDEX_LAG_MS = 180_000;
const HOUR_MS = 3_600_000;
/** Puts before things go wrong that only those have who quarrel. */
const MANY_PUTS = 50;
/** Events of which a page of three shows too few. */
const MANY_EVENTS = 20;
/** A run of the resumer has a minute, and keeps a second of it back. */
const RUN_MS = 59_000;
/** Longer than any bet may take when nothing goes wrong. */
const SIEGE_MS = 2_500;

/** Most schedules begin with nothing; some with much, which must have been placed before. */
type Kind =
  | ('ordinary' | 'stadium' | 'arena' | 'calendar' | 'round' | 'quarrel')
  | ('restored' | 'restored in a PUT');

/** By the seed alone, so that every run of a thousand schedules has all of them. */
function kindOf(seed: number): Kind {
  if (seed % 1_000 === 500) return 'arena';
  if (seed % 400 === 200) return 'stadium';
  if (seed % 200 === 100) return 'calendar';
  if (seed % 400 === 350) return 'round';
  if (seed % 200 === 50) return 'quarrel';
  if (seed % 50 === 13) return 'restored in a PUT';
  return seed % 25 === 12 ? 'restored' : 'ordinary';
}

/** What those who act in a schedule have. */
interface Play {
  world: World;
  random: Random;
  clients: Clients;
  history: History;
  /** How many bets a page has, from and to: few, so that there are many pages. */
  limits: [number, number];
}

/** One seed's world, its clients and its faults, and what they tell about the guarantees. */
export async function runSchedule(
  seed: number,
  trace?: (line: string) => void,
): Promise<ScheduleResult> {
  const random = createRandom(seed);
  const lines: string[] = [];
  const note = (line: string): void => {
    lines.push(line);
    trace?.(line);
  };
  const violations: Violation[] = [];
  const world = createWorld(
    random,
    worldOptions(random, kindOf(seed)),
    (...write) => void violations.push(...checkWrite(...write)),
    note,
  );
  const history = emptyHistory();
  const clients = createClients(world, random, history);
  const play: Play = { world, random, clients, history, limits: [1, 5] };

  await world.time.runThrough(PRELUDES[kindOf(seed)](play));
  world.network.break();
  const work = perform(play);
  const troubleEnds = world.time.now() + TROUBLE_MS;
  await world.time.runUntil(troubleEnds);
  world.network.heal();
  await world.time.runUntil(troubleEnds + REST_MS);
  await withTime(world, work);
  await withTime(world, resolve(play));
  const ending = {
    bets: world.cloud.all('bets'),
    fences: world.cloud.all('fences'),
    events: world.cloud.all('events'),
    eventList: world.cloud.all('eventList'),
  };
  violations.push(...checkHistory(history, ending));
  const digest = hash('sha256', lines.join('\n'));
  return { seed, violations, digest, commands: lines.length };
}

/** Lets time pass until `work` is done; work that never ends is a violation by itself. */
async function withTime(world: World, work: Promise<void>): Promise<void> {
  const ended = work.then(() => true);
  const still = Promise.resolve(false);
  for (let minutes = 1; minutes <= 60; minutes += 1) {
    await world.time.runUntil(world.time.now() + 60_000);
    if (await Promise.race([ended, still])) return;
  }
  throw new Error('The clients never ended');
}

/** Some of the faults, seldom or often: all at once would hide one behind another. */
function worldOptions(random: Random, kind: Kind): WorldOptions {
  const rate = (most: number): number => (random.chance(0.4) ? random.next() * most : 0);
  const faults: Faults = {
    requestLost: rate(0.1),
    replyLost: rate(0.15),
    appliedLate: rate(0.1),
    duplicated: rate(0.1),
    throttled: rate(0.2),
    serverError: rate(0.1),
    conflict: rate(0.4),
    statementFails: rate(0.3),
    keysUnprocessed: rate(0.3),
    pageCut: rate(0.5),
    crash: rate(0.04),
    latencyMs: kind === 'round' ? 1_000 : random.pick([5, 50, 1_000]),
    lateMs: random.pick([100, 5_000, LATE_MS]),
    outages: random.chance(0.2) ? [standstill(random)] : [],
    freezes: random.chance(0.15) ? [[standstill(random)]] : [],
    aborted: rate(0.2),
    commitStallMs: random.pick([0, 100, 5_000]),
    indexGoesBack: rate(0.5),
  };
  const servers = random.between(1, 3);
  const skew = (): number => (random.chance(0.5) ? random.between(-HOUR_MS, HOUR_MS) : 0);
  return {
    faults,
    indexLagMs: isLate(kind) ? { bets: INDEX_LAG_MS, events: 0 } : indexLags(random),
    skewsMs: Array.from({ length: servers }, skew),
    lambdas: random.between(0, servers),
    coldStarts: random.pick([0, 0.2, 1]),
    fences: kind === 'arena' ? 64 : random.pick([1, 3, 64]),
    hotFence: kind === 'arena' ? 0 : random.pick([0, 0.5]),
    shards: random.pick([1, 2, 16]),
  };
}

/** The sweepers know of all events, and miss their bets. */
function isLate(kind: Kind): boolean {
  return kind === 'arena' || kind === 'round';
}

/** Mostly alike, since what slows one index slows the other. */
function indexLags(random: Random): WorldOptions['indexLagMs'] {
  const bets = random.pick([0, 1_000, INDEX_LAG_MS]);
  return { bets, events: random.chance(0.7) ? bets : random.pick([0, 1_000, INDEX_LAG_MS]) };
}

/** Soon, when most requests are under way; long enough for their deadlines. */
function standstill(random: Random): { from: number; to: number } {
  const from = random.next() * random.pick([2_000, 20_000]);
  return { from, to: from + random.between(1_000, 30_000) };
}

const OUTCOMES = ['WIN', 'LOSE'] as const satisfies readonly [Outcome, Outcome];

/** Bets of which each fence has many pages, and an event more than 100 batches. */
const STADIUM_BETS = 2_600;
/** Bets of which the fences are swept in more than one group. */
const ARENA_BETS = 4_200;
const CALENDAR_EVENTS = 130;
/** Matches that end at once: with a slow store a run of the resumer has no time for all. */
const ROUND_EVENTS = 100;

/** What was there before things went wrong. */
const PRELUDES: Record<Kind, (play: Play) => Promise<void>> = {
  ordinary: () => Promise.resolve(),
  stadium: (play) => placeMany(play, STADIUM_BETS),
  arena: async (play) => {
    const { world, random, clients } = play;
    await world.widen('match');
    await placeMany(play, ARENA_BETS);
    // The index lacks a few bets still: some behind the first group of fences, few behind the last.
    await world.time.sleep(INDEX_LAG_MS - random.between(15_000, 30_000));
    await clients.settle('match', random.pick(OUTCOMES), undefined);
    await world.resume(0);
  },
  calendar: async ({ random, clients }) => {
    for (let event = 1; event <= CALENDAR_EVENTS; event += 1) {
      await clients.place(`match-${event}`, true, 0);
      if (random.chance(0.1)) await clients.settle(`match-${event}`, 'WIN', undefined);
    }
  },
  round: async ({ random, clients }) => {
    const events = Array.from({ length: ROUND_EVENTS }, (_, event) => `match-${event + 1}`);
    for (const event of events) await clients.place(event, true, 0);
    await Promise.all(
      events.map((event) => clients.settle(event, random.pick(OUTCOMES), undefined)),
    );
  },
  quarrel: async ({ random, clients }) => {
    await clients.place('match', true, 0);
    for (let version = random.between(1, 4); version <= 98; version += 1) {
      await clients.settle('match', version % 2 === 0 ? 'WIN' : 'LOSE', undefined);
    }
  },
  restored: restoreUnderWay,
  'restored in a PUT': restoreInPut,
};

/** One after the other on each fence: nobody meets another. */
async function placeMany(play: Play, bets: number): Promise<void> {
  for (let bet = 1; bet <= bets; bet += 1) await play.clients.place('match', false);
  play.limits = [700, 1_000];
}

const RESTORED_EVENTS = ['match', 'friendly-1', 'final'] as const;

/** The store is wiped or brought back to a backup, while the processes live on. */
async function restoreUnderWay(play: Play): Promise<void> {
  if (play.random.chance(0.5)) await evening(play);
  const bringBack = backUp(play);
  await evening(play);
  bringBack();
}

/** All that clients were told since the backup is forgotten. */
function backUp({ world, history }: Play): () => void {
  const [restore, forget] = [world.backUp(), mark(history)];
  return () => {
    restore();
    forget();
  };
}

async function evening({ world, random, clients }: Play): Promise<void> {
  for (let acts = random.between(2, 6); acts > 0; acts -= 1) {
    const event = random.pick(RESTORED_EVENTS);
    const dice = random.next();
    if (dice < 0.6) await clients.place(event, random.chance(0.5));
    else if (dice < 0.7) await crowd(world, random, clients, RESTORED_EVENTS);
    // What the processes remember of it is more than the store has afterwards.
    else if (dice < 0.8) await world.widen(event);
    else await clients.settle(event, random.pick(OUTCOMES), undefined);
  }
  await world.time.sleep(10_000);
}

/**
 * The store is brought back to what it was before a PUT noted its intent, when the PUT has closed
 * the fences already. Others use the event at once.
 */
async function restoreInPut(play: Play): Promise<void> {
  const { world, random, clients } = play;
  if (random.chance(0.5)) await evening(play);
  const event = random.pick(RESTORED_EVENTS);
  const others: Promise<unknown>[] = [];
  const soon = (): Promise<void> => world.time.sleep(random.next() * 60);
  const bringBack = backUp(play);
  world.network.duringNextResult(() => {
    bringBack();
    if (random.chance(0.5)) others.push(clients.settle(event, random.pick(OUTCOMES), undefined));
    for (let bets = random.between(1, 3); bets > 0; bets -= 1) {
      others.push(soon().then(() => clients.place(event, random.chance(0.5))));
    }
  });
  await clients.settle(event, random.pick(OUTCOMES), undefined);
  // The event may have had that result.
  world.network.duringNextResult();
  await Promise.all(others);
}

async function perform({ world, random, clients, history, limits }: Play): Promise<void> {
  const events = random.chance(0.7) ? (['match'] as const) : (['match', 'final'] as const);
  const pauseMs = random.pick([10, 300, 5_000]);
  for (let sweeper = 0; sweeper < 2; sweeper += 1) sweepAgainAndAgain(world, random, history);
  const crowds = random.chance(0.35) ? random.between(1, 3) : 0;
  const rush = random.chance(0.15) ? random.between(4, 10) : 0;
  // An event of one bet is listed by that bet or not at all.
  const quarrels = history.puts.length > MANY_PUTS ? random.between(12, 20) : 0;
  const friendlies = random.chance(0.3) ? ['friendly-1', 'friendly-2', 'friendly-3'] : [];
  const act = async (): Promise<void> => {
    for (let actions = random.between(2, 7); actions > 0; actions -= 1) {
      await world.time.sleep(random.next() * pauseMs);
      await actOnce(random, clients, history, random.pick(events), limits);
    }
  };
  await Promise.all([
    ...Array.from({ length: random.between(1, 5) }, act),
    ...Array.from({ length: crowds }, () => crowd(world, random, clients, events)),
    ...Array.from({ length: quarrels }, (_, turn) => quarrel(world, random, clients, turn)),
    ...friendlies.map((event) => clients.place(event, true)),
    ...(rush > 0 ? lastMinute(world, random, clients, rush) : []),
    ...(random.chance(0.15) ? dispute(world, random, clients) : []),
  ]);
}

/**
 * Many place at the same instant, so that their bets go in groups: good ones, late ones, and some
 * with a key that is used.
 */
async function crowd(
  world: World,
  random: Random,
  clients: Clients,
  events: readonly [string, ...string[]],
) {
  await world.time.sleep(random.next() * random.pick([1, 3_000, 20_000]));
  const bets = Array.from({ length: random.between(6, 40) }, () =>
    random.chance(0.05)
      ? clients.misuseKey()
      : clients.place(random.pick(events), random.chance(0.5)),
  );
  await Promise.all(bets);
}

/**
 * Nothing goes wrong, but in every group there are bets that must fail: late ones, and more with a
 * key that is used. All others are taken, soon.
 */
async function siege({ time }: World, random: Random, clients: Clients) {
  const first = () => clients.place('derby', true, 0);
  const used = await Promise.all(Array.from({ length: random.between(10, 40) }, first));
  await clients.settle('lost-match', random.pick(OUTCOMES), undefined);
  const begun = time.now();
  const culprits = used.map(async (wish) => {
    while (time.now() - begun < SIEGE_MS) {
      if (random.chance(0.95)) await clients.misuseKey(wish);
      else await clients.place('lost-match', random.chance(0.5));
    }
  });
  const innocents = Array.from({ length: random.between(1, 20) }, async () => {
    await time.sleep(random.next() * random.pick([50, SIEGE_MS]));
    await clients.place('derby', random.chance(0.5));
  });
  await Promise.all([...culprits, ...innocents]);
}

/** One of several who contradict each other, each in its turn; some know the version. */
async function quarrel(world: World, random: Random, clients: Clients, turn: number) {
  await world.time.sleep(turn * random.between(100, 3_000));
  const version = random.chance(0.5) ? random.between(96, 101) : undefined;
  await clients.settle('match', random.pick(OUTCOMES), version);
}

/** A result is given while impatient clients place the last bets. */
function lastMinute(
  world: World,
  random: Random,
  clients: Clients,
  bets: number,
): Promise<unknown>[] {
  const spreadMs = random.pick([50, 1_500]);
  const soon = (): Promise<void> => world.time.sleep(random.next() * spreadMs);
  const settle = soon().then(() => clients.settle('match', random.pick(OUTCOMES), undefined));
  const places = Array.from({ length: bets }, () =>
    soon().then(() => clients.place('match', true, 0.9)),
  );
  return [settle, ...places];
}

/** Several operators contradict each other at once. */
function dispute(world: World, random: Random, clients: Clients): Promise<unknown>[] {
  const spreadMs = random.pick([100, 3_000, 10_000]);
  return Array.from({ length: random.between(4, 8) }, async () => {
    await world.time.sleep(random.next() * spreadMs);
    const version = random.chance(0.2) ? random.between(0, 3) : undefined;
    await clients.settle('match', random.pick(OUTCOMES), version);
  });
}

async function actOnce(
  random: Random,
  clients: Clients,
  history: History,
  event: string,
  limits: [number, number],
): Promise<void> {
  const dice = random.next();
  if (dice < 0.45) await clients.place(event, random.chance(0.6));
  else if (dice < 0.65) {
    const version = random.chance(0.25) ? random.pick<Condition>([0, 1, 2, '*']) : undefined;
    await clients.settle(event, random.pick(OUTCOMES), version);
  } else if (dice < 0.72) await clients.readEvent(event);
  else if (dice < 0.75) await clients.walkEvents(eventQuery(random, history));
  else if (dice < 0.87) await clients.walk({ limit: String(random.between(...limits)) });
  else if (dice < 0.93) await clients.walk(betQuery(random, history, event, limits));
  else if (dice < 0.96) await clients.misuseKey();
  else {
    const bet = history.wishes
      .flatMap(({ requests }) => requests.map((request) => request.bet))
      .at(-1);
    if (bet !== undefined) await clients.readBet(bet.id);
  }
}

/** As the schedule on AWS does, and the loop of the local service: for as long as there is time. */
function sweepAgainAndAgain(world: World, random: Random, { faults }: History): void {
  const server = random.between(0, 2);
  void (async () => {
    for (;;) {
      await world.time.sleep(random.between(1_000, 60_000));
      const tookMs = await world.resume(server);
      if (Math.floor(tookMs) > RUN_MS)
        faults.push(violation(12, `a run of the resumer took ${tookMs} ms`));
    }
  })();
}

const STATUSES = ['pending', 'won', 'lost'] as const;

/** One of the filters of a list, several or none. */
function betQuery(
  random: Random,
  history: History,
  event: string,
  limits: [number, number],
): Query {
  return {
    limit: String(random.chance(0.9) ? random.between(...limits) : 1000),
    ...(random.chance(0.6) && { event_id: event }),
    ...(random.chance(0.5) && { status: random.pick(STATUSES) }),
    ...(random.chance(0.3) && spanOf(random, history)),
  };
}

/** From the time of a bet to that of a later one, or on: both ends are times of bets. */
function spanOf(random: Random, { wishes }: History): Query {
  const times = new Set(
    wishes.flatMap(({ requests }) => requests.flatMap(({ bet }) => bet?.placed_at ?? [])),
  );
  const sorted = [...times].toSorted();
  const begin = random.between(0, sorted.length - 1);
  const [placed_from, placed_before] = [
    sorted[begin],
    sorted[random.between(begin + 1, begin + 9)],
  ];
  return { ...(placed_from && { placed_from }), ...(placed_before && { placed_before }) };
}

function eventQuery(random: Random, { wishes }: History): Query {
  const few = random.chance(0.9) ? random.between(1, 3) : 100;
  const many = random.pick([50, 60, 99, 100]);
  const events = new Set(wishes.slice(0, CALENDAR_EVENTS).map(({ event }) => event)).size;
  return {
    limit: String(events < MANY_EVENTS ? few : many),
    ...(random.chance(0.5) && { state: random.pick(EVENT_STATES) }),
  };
}

/** The last result given under a condition; who has an answer already may ask again too. */
async function settleAgain(event: string, clients: Clients, { puts }: History): Promise<void> {
  const last = puts.findLast((put) => put.event === event && typeof put.ifVersion === 'number');
  if (last !== undefined) await clients.settle(event, last.outcome, last.ifVersion);
}

/** At rest: whoever was left without an answer asks again, and everything is read once more. */
async function resolve({ world, random, clients, history, limits }: Play): Promise<void> {
  clients.rest();
  for (const wish of history.wishes) {
    if (wish.key !== undefined && wish.requests.at(-1)?.end === Infinity)
      await clients.askFor(wish);
  }
  const events = [...new Set(history.wishes.map((wish) => wish.event))];
  for (const event of events) await settleAgain(event, clients, history);
  for (const event of events) await clients.readEvent(event);
  await clients.misuseKey();
  if (random.chance(0.02)) await siege(world, random, clients);
  const event = events[random.between(0, events.length - 1)] ?? 'match';
  if (random.chance(0.3)) {
    await clients.settle(event, random.pick(OUTCOMES), undefined);
  }
  // Until the index shows all results to the sweepers, and they have seen to them.
  await world.time.sleep(2 * INDEX_LAG_MS);
  // Until the index shows what all of them brought about.
  await world.time.sleep(INDEX_LAG_MS);
  const all = String(random.pick([limits[1], 1_000]));
  const queries = [
    { limit: all },
    { limit: all, event_id: event },
    betQuery(random, history, event, limits),
  ];
  for (const query of queries) {
    const walk = await clients.walk(query);
    if (walk !== undefined) history.restingWalks.push(walk);
  }
  const one = events.length < MANY_EVENTS ? '1' : '60';
  for (const query of [{ limit: one }, eventQuery(random, history)]) {
    const walk = await clients.walkEvents(query);
    if (walk !== undefined) history.restingEventWalks.push(walk);
  }
}
