import type { Outcome } from '../../lib/bets/bet.ts';
import type { BetJson, EventJson, History, PutRequest, Wish } from './history.ts';
import type { Item, Value } from './expressions.ts';
import { isLinearizable, type Operation } from './linearizability.ts';

/** The promises of the README, by their numbers there. */
export const GUARANTEES = {
  1: 'an acknowledged bet is in every later list, unchanged',
  2: 'one key, at most one bet',
  3: 'a late bet is refused or replayed, and a refused bet never exists',
  4: 'a read after a result shows it or a later one',
  5: 'an event is a linearizable register',
  6: 'one answer shows one result for an event',
  7: 'a stored version never falls',
  8: 'all stored statuses reach their result',
  9: 'settled is said only when every counted bet is',
  10: 'no bet is invented, and amounts are exact',
  11: 'a 4xx is final, a 5xx is resolved by a retry',
  12: 'the work of a request is bounded',
  13: 'counts equal bets, and stakes add up',
  14: 'every event with a bet or a result is listed',
} as const;
export type Guarantee = keyof typeof GUARANTEES;

export interface Violation {
  guarantee: Guarantee;
  detail: string;
}

/** What is stored when a schedule has ended. */
export interface Ending {
  bets: Item[];
  fences: Item[];
  events: Item[];
}

function violation(guarantee: Guarantee, detail: string): Violation {
  return { guarantee, detail };
}

const FOREVER = ['eventId', 'fence', 'amountMinor', 'placedAt'];

/** Looks at every write when it happens. */
export function* checkWrite(
  table: string,
  before: Item | undefined,
  after: Item,
  betsOn: (eventId: string) => Item[],
): Generator<Violation> {
  if (table === 'bets' && before !== undefined) {
    const bet = text(after['betId']);
    if (number(after['outcomeVersion']) < number(before['outcomeVersion'])) {
      yield violation(7, `${bet} fell`);
    }
    const changed = FOREVER.filter((name) => before[name] !== after[name]);
    if (changed.length > 0) yield violation(1, `${changed.join(', ')} of ${bet} changed`);
  }
  if (table === 'events' && after['state'] === 'settled') {
    const event = text(after['eventId']);
    const counted = number(after['bets']);
    const bets = betsOn(event);
    const stored = bets.filter((bet) => number(bet['outcomeVersion']) >= number(after['version']));
    if (stored.length < counted || stored.length < bets.length) {
      const share = `${stored.length} of ${bets.length} stored, ${counted} counted`;
      yield violation(9, `${event} says settled with ${share}`);
    }
  }
}

export function checkHistory(history: History, ending: Ending): Violation[] {
  return [
    ...checkBets(history, ending),
    ...checkKeys(history, ending),
    ...checkRefusals(history, ending),
    ...checkReads(history),
    ...checkRegisters(history, ending),
    ...checkStored(ending),
    ...checkWork(history),
    ...checkCounts(history, ending),
    ...checkList(history, ending),
  ];
}

function text(value: Value | undefined): string {
  return String(value);
}

function number(value: Value | undefined): number {
  return Number(value ?? 0);
}

function minor(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
}

function stakeOf({ amountMinor }: Item): bigint {
  if (typeof amountMinor !== 'bigint') throw new Error('A bet has no amount');
  return amountMinor;
}

function acknowledged(wish: Wish): { bet: BetJson; end: number }[] {
  return wish.requests.flatMap(({ bet, end }) => (bet === undefined ? [] : [{ bet, end }]));
}

function storedFor(wish: Wish, { bets }: Ending): Item[] {
  return bets.filter((bet) => stakeOf(bet) === minor(wish.amount));
}

function* checkBets(history: History, ending: Ending): Generator<Violation> {
  const ids = new Set(ending.bets.map((bet) => bet['betId']));
  for (const wish of history.wishes) {
    for (const { bet, end } of acknowledged(wish)) {
      if (!ids.has(bet.id)) yield violation(1, `bet ${bet.id} is lost`);
      if (bet.event_id !== wish.event || bet.amount !== wish.amount) {
        yield violation(10, `bet ${bet.id} is not what was asked for`);
      }
      for (const walk of history.walks.filter(({ start }) => start >= end)) {
        const seen = walk.bets.filter(({ id }) => id === bet.id);
        if (seen.length === 1 && seen.every((shown) => isSameBet(shown, bet))) continue;
        yield violation(1, `bet ${bet.id} is ${seen.length} times in a later walk, or changed`);
      }
    }
  }
  const wished = new Map(history.wishes.map((wish) => [minor(wish.amount), wish]));
  for (const bet of ending.bets) {
    if (wished.get(stakeOf(bet))?.event === bet['eventId']) continue;
    yield violation(10, `nobody asked for bet ${text(bet['betId'])}`);
  }
  for (const message of history.unexplained) yield violation(11, message);
}

function isSameBet(one: BetJson, other: BetJson): boolean {
  return (
    one.event_id === other.event_id &&
    one.amount === other.amount &&
    one.placed_at === other.placed_at
  );
}

function* checkKeys(history: History, ending: Ending): Generator<Violation> {
  for (const wish of history.wishes) {
    const ids = new Set(acknowledged(wish).map(({ bet }) => bet.id));
    const stored = storedFor(wish, ending).length;
    if (ids.size <= 1 && stored <= 1) continue;
    yield violation(2, `${wish.key ?? wish.amount}: ${stored} bets, ${ids.size} answered`);
  }
}

function* checkRefusals(history: History, ending: Ending): Generator<Violation> {
  for (const wish of history.wishes) {
    const { amount, event, key, requests } = wish;
    const results = history.puts.filter((put) => put.event === event && put.answer !== undefined);
    const taken = requests.filter(({ bet, replayed }) => bet !== undefined && replayed !== true);
    if (taken.some(({ start }) => results.some((put) => put.end < start))) {
      yield violation(3, `a bet of ${amount} was taken late`);
    }
    const refused = requests.some((request) => request.status === 409);
    if (refused && storedFor(wish, ending).length > 0) {
      yield violation(3, `the refused bet of ${amount} exists`);
    }
    if (refused && acknowledged(wish).length > 0) {
      yield violation(11, `the bet of ${amount} was refused and taken`);
    }
    if (key !== undefined && requests.at(-1)?.end === Infinity) {
      yield violation(11, `${key} was not resolved by a retry`);
    }
  }
}

function* checkReads(history: History): Generator<Violation> {
  for (const { bets, start } of history.betsReads) {
    const shown = new Map<string, string>();
    for (const { id, event_id: event, status } of bets) {
      const before = shown.get(event) ?? status;
      if (before !== status)
        yield violation(6, `${event} is ${before} and ${status} in one answer`);
      shown.set(event, status);
      const decided = history.puts.some(
        (put) => put.event === event && put.answer !== undefined && put.end < start,
      );
      if (decided && status === 'pending')
        yield violation(4, `bet ${id} is pending after a result`);
    }
  }
}

interface Register {
  version: number;
  outcome: Outcome | null;
}

const OUTCOME_OF = { pending: null, won: 'WIN', lost: 'LOSE' } as const;

function* checkRegisters(history: History, ending: Ending): Generator<Violation> {
  const answers = [...history.puts, ...history.eventReads].flatMap(({ answer }) => answer ?? []);
  for (const answer of answers) {
    if (isWhole(answer)) continue;
    yield violation(5, `${answer.event_id} has a history with a gap or a repetition`);
  }
  const events = new Set([...history.wishes, ...history.puts].map(({ event }) => event));
  const initial: Register = { version: 0, outcome: null };
  for (const event of events) {
    const operations = registerOperations(event, history, ending);
    if (isLinearizable(initial, operations, ({ version, outcome }) => `${version}${outcome}`)) {
      continue;
    }
    yield violation(5, `no order of operations explains what ${event} answered`);
  }
}

/** Every change of a result has the next version, and is a change. */
function isWhole({ version, status, history }: EventJson): boolean {
  const changes = history.every((verdict, index) => {
    return verdict.version === index + 1 && verdict.status !== history[index - 1]?.status;
  });
  return changes && history.length === version && (history.at(-1)?.status ?? null) === status;
}

type RegisterOperation = Operation<Register>;

/** What must have met the register in such a state, and left it so. */
function look(
  { start, end }: Pick<RegisterOperation, 'start' | 'end'>,
  sees: (register: Register) => boolean,
): RegisterOperation {
  const apply = (register: Register) => (sees(register) ? register : undefined);
  return { start, end, required: true, early: true, apply };
}

function registerOperations(event: string, history: History, ending: Ending): RegisterOperation[] {
  const puts = history.puts.filter((put) => put.event === event).flatMap(putOperations);
  const reads = history.eventReads
    .filter((read) => read.event === event && (read.status === 200 || read.status === 404))
    .map((read) => look(read, (register) => shows(register, read.answer)));
  const statuses = history.betsReads.flatMap((read) => {
    const bet = read.bets.find(({ event_id }) => event_id === event);
    return bet ? [look(read, ({ outcome }) => outcome === OUTCOME_OF[bet.status])] : [];
  });
  const taken = history.wishes
    .filter((wish) => wish.event === event && storedFor(wish, ending).length > 0)
    .map((wish) => {
      const start = Math.min(...wish.requests.map((request) => request.start));
      const end = Math.min(Infinity, ...acknowledged(wish).map((answered) => answered.end));
      return look({ start, end }, ({ version }) => version === 0);
    });
  return [...puts, ...reads, ...statuses, ...taken];
}

function shows(register: Register, answer: EventJson | undefined): boolean {
  return (
    register.version === (answer?.version ?? 0) && register.outcome === (answer?.status ?? null)
  );
}

function putOperations(put: PutRequest): RegisterOperation[] {
  const { start, end, outcome, ifVersion, answer, status } = put;
  const isAt = ({ version }: Register): boolean => version === (ifVersion ?? version);
  /** The version asked for was left for the outcome asked for: by an earlier try, for all it knows. */
  const isDone = (register: Register): boolean =>
    register.version > (ifVersion ?? Infinity) && register.outcome === outcome;
  if (status === 412) return [look(put, (register) => !isAt(register) && !isDone(register))];
  if (answer === undefined && end < Infinity) return [];
  const effect = (register: Register): Register | undefined => {
    if (!isAt(register)) return isDone(register) ? register : undefined;
    return register.outcome === outcome ? register : { version: register.version + 1, outcome };
  };
  if (answer === undefined) return [{ start, end, required: false, early: false, apply: effect }];
  // Others may have replaced the result by the time of the answer, which shows what is in force.
  const apply = (register: Register): Register | undefined => {
    const after = effect(register);
    return after !== undefined && after.version <= answer.version ? after : undefined;
  };
  const read = look(put, (register) => shows(register, answer));
  return [{ start, end, required: true, early: false, apply }, read];
}

function* checkStored({ bets, events }: Ending): Generator<Violation> {
  const byId = new Map(events.map((event) => [event['eventId'], event]));
  for (const { eventId, state, version, intent, unfinished } of events) {
    const open = state === 'open' && version === undefined;
    const settled = state === 'settled' && unfinished === undefined;
    if (intent === undefined && (open || settled)) continue;
    yield violation(8, `${text(eventId)} is never finished`);
  }
  for (const bet of bets) {
    const event = byId.get(text(bet['eventId']));
    const outcome = event?.['outcome'];
    const fits =
      bet['status'] === (outcome === undefined ? 'pending' : outcome === 'WIN' ? 'won' : 'lost') &&
      number(bet['outcomeVersion']) === number(event?.['version']) &&
      bet['settledAt'] === event?.['decidedAt'];
    if (!fits) yield violation(8, `bet ${text(bet['betId'])} is left behind`);
  }
}

/** What is stored before the answer is what fits one batch. */
const BETS_STORED_AT_ONCE = 25;

function* checkWork({ puts }: History): Generator<Violation> {
  for (const { event, answer, statements } of puts) {
    if ((answer?.bets.total ?? 0) <= BETS_STORED_AT_ONCE || statements === 0) continue;
    yield violation(12, `a PUT on ${event} stored statuses of many bets`);
  }
}

function* checkCounts(history: History, { bets, fences }: Ending): Generator<Violation> {
  const eventOf = (fence: Item): string => text(fence['eventFence']).split('#')[0] ?? '';
  for (const event of new Set(fences.map(eventOf))) {
    const counts = fences.filter((fence) => eventOf(fence) === event);
    const placed = counts.reduce((sum, fence) => sum + number(fence['placed']), 0);
    const staked = counts.reduce((sum, fence) => sum + BigInt(number(fence['stakedMinor'])), 0n);
    const own = bets.filter((bet) => bet['eventId'] === event);
    const stakes = own.reduce((sum, bet) => sum + stakeOf(bet), 0n);
    if (own.length !== placed || stakes !== staked) {
      yield violation(13, `${event} counts ${placed} bets and has ${own.length}`);
    }
    for (const { answer } of [...history.puts, ...history.eventReads]) {
      if (answer?.event_id !== event) continue;
      const { total, settled, staked: said } = answer.bets;
      const final = answer.version === 0 || (total === own.length && minor(said) === stakes);
      const complete = answer.state !== 'settled' || settled === total;
      if (final && complete && settled <= total) continue;
      yield violation(13, `${event} was reported with ${settled} of ${total} bets`);
    }
  }
}

/** At rest, the walk over all events shows each that has a bet or a result once, as stored. */
function* checkList({ finalList = [] }: History, { bets, events }: Ending): Generator<Violation> {
  const decided = events.filter((event) => event['version'] !== undefined);
  const expected = new Set([...bets, ...decided].map((item) => text(item['eventId'])));
  const listed = finalList.map(({ event_id }) => event_id).sort();
  const all = [...expected].sort().join(', ');
  if (listed.join(', ') !== all) {
    yield violation(14, `${all} should be listed, and ${listed.join(', ')} are`);
  }
  for (const { event_id, bets: counts } of finalList) {
    const own = bets.filter((bet) => bet['eventId'] === event_id);
    if (own.length === counts.total) continue;
    yield violation(13, `${event_id} is listed with ${counts.total} bets`);
  }
}
