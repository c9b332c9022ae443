import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type * as z from 'zod';
import { betBody, eventBody } from '../../lib/http/bodies.ts';
import { type Answer, historyOf } from '../support/service.ts';

/**
 * Clients and an operator who keep books of their own, so that what the service says at the end can
 * be held against what it said on the way. With a key they ask again until they know; without one
 * they may never know whether there is a bet.
 */
interface Wish {
  key: string | undefined;
  event: string;
  /** No two wishes have the same, so that it tells which bet is whose. */
  amountMinor: number;
  /** The bet's id, or null when it was refused; undefined while that is not known. */
  bet?: string | null;
}

type BetJson = z.infer<typeof betBody>;
type EventJson = z.infer<typeof eventBody>;

const PATIENCE_MS = 15_000;
/** An event takes bets for about this long, in milliseconds. */
const EVENT_MS = 1_500;

interface Crowd {
  clients?: number;
  /** How long each client rests between two bets. */
  pauseMs?: number;
  /** How many of the bets have no key, of 1. */
  keyless?: number;
}

export function createBookmaker(
  url: string,
  { clients = 8, pauseMs = 0, keyless = 0 }: Crowd = {},
) {
  const wishes: Wish[] = [];
  const outcomes = new Map<string, 'WIN' | 'LOSE'>();
  /** By status; 0 stands for a connection that broke. */
  const answers: Record<string, number> = {};
  const faults: string[] = [];
  const closing = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  let events = 1;
  let corrected = 0;
  /** Of every answer, in the order of the answers. */
  const latenciesMs: number[] = [];
  /** When the service answered 503, by `performance.now()`. */
  const unavailableAt: number[] = [];

  const call = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const begun = performance.now();
    const signal = AbortSignal.timeout(PATIENCE_MS);
    try {
      const response = await fetch(url + path, { ...init, signal });
      const body: unknown = await response.json();
      latenciesMs.push(performance.now() - begun);
      if (response.status === 503) unavailableAt.push(performance.now());
      answers[response.status] = (answers[response.status] ?? 0) + 1;
      if (![200, 201, 202, 409, 503].includes(response.status)) {
        const asked = `${init.method ?? 'GET'} ${path}`;
        faults.push(`${asked} was answered ${response.status} ${JSON.stringify(body)}`);
      }
      return { status: response.status, headers: response.headers, body };
    } catch {
      answers['0'] = (answers['0'] ?? 0) + 1;
      await delay(50);
      return { status: 0, headers: new Headers(), body: undefined };
    }
  };
  const send = (method: string, path: string, given: object, more = {}) => {
    const headers = { 'content-type': 'application/json', ...more };
    return call(path, { method, headers, body: JSON.stringify(given) });
  };

  const learn = async (wish: Wish): Promise<void> => {
    const amount = (wish.amountMinor / 100).toFixed(2);
    const bet = { event_id: wish.event, amount };
    const headers = wish.key === undefined ? {} : { 'idempotency-key': wish.key };
    const { status, body } = await send('POST', '/bets', bet, headers);
    if (status === 201) wish.bet = betBody.parse(body).id;
    if (status === 409) wish.bet = null;
  };

  const isClosing = (): boolean => closing.signal.aborted;
  const client = async (): Promise<void> => {
    while (!isClosing()) {
      const amountMinor = wishes.length + 1;
      const key = Math.random() < keyless ? undefined : randomUUID();
      const wish: Wish = { key, event: `event-${events}`, amountMinor };
      wishes.push(wish);
      do await learn(wish);
      while (isOpen(wish) && !isClosing());
      if (pauseMs > 0) await delay(pauseMs);
    }
  };

  const settle = async (event: string, outcome: 'WIN' | 'LOSE', stop?: AbortSignal) => {
    if (outcomes.has(event)) corrected += 1;
    // From now on this is what must come out: the operator does not rest before it is acknowledged.
    outcomes.set(event, outcome);
    for (let status = 0; status !== 200 && status !== 202;) {
      status = (await send('PUT', `/events/${event}`, { status: outcome })).status;
      if (stop?.aborted) return;
    }
  };

  const operator = async (): Promise<void> => {
    const { signal } = closing;
    while (!isClosing()) {
      await delay(EVENT_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
      const event = `event-${events}`;
      events += 1;
      await settle(event, Math.random() < 0.5 ? 'WIN' : 'LOSE', signal);
      const [earlier] = [...outcomes.keys()].toSorted(() => Math.random() - 0.5);
      if (earlier !== undefined && Math.random() < 0.3) {
        await settle(earlier, outcomes.get(earlier) === 'WIN' ? 'LOSE' : 'WIN', signal);
      }
    }
  };

  const completeEvents = async (): Promise<Map<string, EventJson>> => {
    const reports = new Map<string, EventJson>();
    for (const [event] of outcomes) {
      for (let tries = 1; ; tries += 1) {
        const { body } = await call(`/events/${event}`);
        const report = eventBody.safeParse(body).data;
        if (report !== undefined) reports.set(event, report);
        if (report?.state === 'settled') break;
        if (tries > 1_200) {
          faults.push(`${event} is not settled after two minutes`);
          break;
        }
        await delay(100);
      }
    }
    return reports;
  };

  return {
    /** Bets keep coming, and results and corrections now and then, until `close`. */
    open: () => {
      running = Promise.all([operator(), ...Array.from({ length: clients }, client)]);
    },
    /** Waits for the next bet that is acknowledged. */
    untilPlaced: async () => {
      const before = answers['201'];
      while (answers['201'] === before) await delay(5);
    },
    /** Lets everybody learn what is still open, settles every event, and reads the whole book. */
    close: async () => {
      closing.abort();
      await running;
      for (const wish of wishes) while (isOpen(wish)) await learn(wish);
      for (let event = 1; event <= events; event += 1) {
        const name = `event-${event}`;
        // A result that was cut off may or may not be in force: say it again.
        await settle(name, outcomes.get(name) ?? 'WIN');
      }
      const reports = await completeEvents();
      const bets = await historyOf({ get: (path) => call(path) });
      faults.push(...compare(wishes, outcomes, bets, reports));
      const taken = wishes.filter((wish) => typeof wish.bet === 'string');
      const staked = taken.reduce((sum, wish) => sum + BigInt(wish.amountMinor), 0n);
      return {
        acknowledged: taken.length,
        refused: wishes.filter((wish) => wish.bet === null).length,
        unknown: wishes.filter((wish) => wish.bet === undefined).length,
        unknownButThere: bets.length - taken.length,
        settled: outcomes.size,
        corrected,
        answers,
        slowestMs: Math.round(latenciesMs.reduce((most, each) => Math.max(most, each), 0)),
        latenciesMs,
        unavailableAt,
        staked: (Number(staked) / 100).toFixed(2),
        faults,
      };
    },
  };
}

/** Only a key lets a client ask again. */
function isOpen({ key, bet }: Wish): boolean {
  return key !== undefined && bet === undefined;
}

/** The clients' books against the service's. */
function compare(
  wishes: readonly Wish[],
  outcomes: ReadonlyMap<string, string>,
  bets: readonly BetJson[],
  reports: ReadonlyMap<string, EventJson>,
): string[] {
  const faults: string[] = [];
  const nameOf = (event: string, amount: string): string => `${amount} on ${event}`;
  const byName = Map.groupBy(bets, ({ event_id, amount }) => nameOf(event_id, amount));
  const landed: Wish[] = [];
  for (const wish of wishes) {
    const name = nameOf(wish.event, (wish.amountMinor / 100).toFixed(2));
    const found = byName.get(name) ?? [];
    byName.delete(name);
    landed.push(...found.map(() => wish));
    const status = outcomes.get(wish.event) === 'WIN' ? 'won' : 'lost';
    const wanted = found.every((bet) => bet.status === status && bet.id === (wish.bet ?? bet.id));
    const [least, most] = boundsOf(wish);
    if (wanted && found.length >= least && found.length <= most) continue;
    const asked = `bet ${String(wish.bet)}, ${name}`;
    faults.push(`${asked}: ${JSON.stringify(found)}, wanted ${least} to ${most} that ${status}`);
  }
  for (const [name] of byName) faults.push(`nobody asked for the bet ${name}`);
  for (const [event, report] of reports) {
    const own = landed.filter((wish) => wish.event === event);
    const staked = own.reduce((sum, wish) => sum + BigInt(wish.amountMinor), 0n);
    const { total, settled, staked: said } = report.bets;
    const stakedRight = BigInt(said.replace('.', '')) === staked;
    if (total !== own.length || settled !== own.length || !stakedRight) {
      const told = JSON.stringify(report.bets);
      faults.push(`${event} says ${told}; the clients say ${own.length} and ${staked} cents`);
    }
  }
  return faults;
}

/** How many bets there may be of a wish. */
function boundsOf({ bet }: Wish): [least: number, most: number] {
  if (bet === undefined) return [0, 1];
  return bet === null ? [0, 0] : [1, 1];
}
