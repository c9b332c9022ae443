import { createHash } from 'node:crypto';
import type { Outcome } from '../../lib/bets/bet.ts';
import { EVENT_STATES } from '../../lib/bets/event.ts';
import { type Clients, createClients } from './clients.ts';
import { checkHistory, checkWrite } from './guarantees.ts';
import { emptyHistory, type History, type Query } from './history.ts';
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
/** A run of the resumer has a minute, and keeps a second of it back. */
const RUN_MS = 59_000;

/** One seed's world, its clients and its faults, and what they tell about the guarantees. */
export async function runSchedule(
  seed: number,
  trace?: (line: string) => void,
): Promise<ScheduleResult> {
  const random = createRandom(seed);
  const digest = createHash('sha256');
  let commands = 0;
  const note = (line: string): void => {
    commands += 1;
    digest.update(line);
    trace?.(line);
  };
  const violations: Violation[] = [];
  const world = createWorld(
    random,
    worldOptions(random),
    (...write) => void violations.push(...checkWrite(...write)),
    note,
  );
  const history = emptyHistory();
  const clients = createClients(world, random, history);

  const work = perform(world, random, clients, history);
  await world.time.runUntil(TROUBLE_MS);
  world.network.heal();
  await world.time.runUntil(TROUBLE_MS + REST_MS);
  await withTime(world, work);
  await withTime(world, resolve(world, random, clients, history));
  const ending = {
    bets: world.cloud.all('bets'),
    fences: world.cloud.all('fences'),
    events: world.cloud.all('events'),
  };
  violations.push(...checkHistory(history, ending));
  return { seed, violations, digest: digest.digest('hex'), commands };
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
function worldOptions(random: Random): WorldOptions {
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
    latencyMs: random.pick([5, 50, 1_000]),
    lateMs: random.pick([100, 5_000, LATE_MS]),
    outages: random.chance(0.2) ? [outage(random)] : [],
  };
  const servers = random.between(1, 3);
  const skew = (): number => (random.chance(0.5) ? random.between(-HOUR_MS, HOUR_MS) : 0);
  return {
    faults,
    commitStallMs: random.pick([0, 100, 5_000]),
    indexLagMs: random.pick([0, 1_000, INDEX_LAG_MS]),
    skewsMs: Array.from({ length: servers }, skew),
    fences: random.pick([1, 3, 64]),
  };
}

/** Soon, when most requests are under way; long enough for their deadlines. */
function outage(random: Random): { from: number; to: number } {
  const from = random.next() * random.pick([2_000, 20_000]);
  return { from, to: from + random.between(1_000, 30_000) };
}

const OUTCOMES = ['WIN', 'LOSE'] as const satisfies readonly [Outcome, Outcome];

async function perform(
  world: World,
  random: Random,
  clients: Clients,
  history: History,
): Promise<void> {
  const events = random.chance(0.7) ? (['match'] as const) : (['match', 'final'] as const);
  const pauseMs = random.pick([10, 300, 5_000]);
  for (let sweeper = 0; sweeper < 2; sweeper += 1) sweepAgainAndAgain(world, random, history);
  const crowd = random.chance(0.1) ? random.between(26, 40) : 0;
  const rush = random.chance(0.15) ? random.between(4, 10) : 0;
  // An event of one bet is listed by that bet or not at all.
  const friendlies = random.chance(0.3) ? ['friendly-1', 'friendly-2', 'friendly-3'] : [];
  const act = async (): Promise<void> => {
    for (let actions = random.between(2, 7); actions > 0; actions -= 1) {
      await world.time.sleep(random.next() * pauseMs);
      await actOnce(random, clients, history, random.pick(events));
    }
  };
  await Promise.all([
    ...Array.from({ length: random.between(1, 5) }, act),
    ...Array.from({ length: crowd }, () => clients.place('match', random.chance(0.5))),
    ...friendlies.map((event) => clients.place(event, true)),
    ...(rush > 0 ? lastMinute(world, random, clients, rush) : []),
  ]);
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

async function actOnce(
  random: Random,
  clients: Clients,
  history: History,
  event: string,
): Promise<void> {
  const dice = random.next();
  if (dice < 0.45) await clients.place(event, random.chance(0.6));
  else if (dice < 0.65) {
    const version = random.chance(0.25) ? random.between(0, 2) : undefined;
    await clients.settle(event, random.pick(OUTCOMES), version);
  } else if (dice < 0.72) await clients.readEvent(event);
  else if (dice < 0.75) await clients.walkEvents(eventQuery(random));
  else if (dice < 0.87) await clients.walk({ limit: String(random.between(1, 5)) });
  else if (dice < 0.93) await clients.walk(betQuery(random, event));
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
function betQuery(random: Random, event: string): Query {
  return {
    limit: String(random.chance(0.9) ? random.between(1, 5) : 1000),
    ...(random.chance(0.6) && { event_id: event }),
    ...(random.chance(0.5) && { status: random.pick(STATUSES) }),
  };
}

function eventQuery(random: Random): Query {
  return {
    limit: String(random.chance(0.9) ? random.between(1, 3) : 100),
    ...(random.chance(0.5) && { state: random.pick(EVENT_STATES) }),
  };
}

/** At rest: whoever was left without an answer asks again, and everything is read once more. */
async function resolve(
  world: World,
  random: Random,
  clients: Clients,
  history: History,
): Promise<void> {
  clients.rest();
  for (const wish of history.wishes) {
    if (wish.key !== undefined && wish.requests.at(-1)?.end === Infinity)
      await clients.askFor(wish);
  }
  const events = new Set(history.wishes.map((wish) => wish.event));
  for (const event of events) await clients.readEvent(event);
  await clients.misuseKey();
  // Until the index shows what the last of them brought about.
  await world.time.sleep(INDEX_LAG_MS);
  const [event = 'match'] = events;
  const queries = [{ limit: '1000' }, { limit: '1000', event_id: event }, betQuery(random, event)];
  for (const query of queries) {
    const walk = await clients.walk(query);
    if (walk !== undefined) history.restingWalks.push(walk);
  }
  for (const query of [{ limit: '1' }, eventQuery(random)]) {
    const walk = await clients.walkEvents(query);
    if (walk !== undefined) history.restingEventWalks.push(walk);
  }
}
