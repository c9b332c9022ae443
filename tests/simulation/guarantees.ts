import type { Outcome } from '../../lib/bets/bet.ts';
import type { BetJson, EventJson, History, PutRequest, Wish } from './history.ts';
import type { Item } from './expressions.ts';
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

/** Looks at every write when it happens. */
export function createWriteChecks(
  betsOn: (eventId: string) => Item[],
  violated: (violation: Violation) => void,
): (table: string, before: Item | undefined, after: Item) => void {
  return (table, before, after) => {
    if (table === 'bets' && before !== undefined) {
      if (number(after['outcomeVersion']) < number(before['outcomeVersion'])) {
        violated({ guarantee: 7, detail: `${String(after['betId'])} fell` });
      }
      for (const name of ['eventId', 'fence', 'amountMinor', 'placedAt']) {
        if (before[name] === after[name]) continue;
        violated({ guarantee: 1, detail: `${name} of ${String(after['betId'])} changed` });
      }
    }
    if (table === 'events' && after['state'] === 'settled') {
      const bets = betsOn(String(after['eventId']));
      const stored = bets.filter(
        (bet) => number(bet['outcomeVersion']) >= number(after['version']),
      );
      if (stored.length < number(after['bets']) || stored.length < bets.length) {
        const detail = `${String(after['eventId'])} says settled with ${stored.length} of ${bets.length} stored, ${String(after['bets'])} counted`;
        violated({ guarantee: 9, detail });
      }
    }
  };
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

function number(value: unknown): number {
  return Number(value ?? 0);
}

function minor(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
}

function acknowledged(wish: Wish): { bet: BetJson; end: number }[] {
  return wish.requests.flatMap(({ bet, end }) => (bet === undefined ? [] : [{ bet, end }]));
}

function storedFor(wish: Wish, { bets }: Ending): Item[] {
  return bets.filter((bet) => bet['amountMinor'] === minor(wish.amount));
}

function checkBets(history: History, ending: Ending): Violation[] {
  const violations: Violation[] = [];
  const byId = new Map(ending.bets.map((bet) => [bet['betId'], bet]));
  for (const wish of history.wishes) {
    for (const { bet, end } of acknowledged(wish)) {
      const stored = byId.get(bet.id);
      if (stored === undefined) violations.push({ guarantee: 1, detail: `bet ${bet.id} is lost` });
      if (bet.event_id !== wish.event || bet.amount !== wish.amount) {
        violations.push({ guarantee: 10, detail: `bet ${bet.id} is not what was asked for` });
      }
      for (const walk of history.walks.filter(({ start }) => start >= end)) {
        const seen = walk.bets.filter(({ id }) => id === bet.id);
        if (seen.length === 1 && sameBet(seen[0], bet)) continue;
        violations.push({
          guarantee: 1,
          detail: `bet ${bet.id} is ${seen.length} times in a later walk, or changed`,
        });
      }
    }
  }
  const wished = new Map(history.wishes.map((wish) => [minor(wish.amount), wish]));
  for (const bet of ending.bets) {
    if (wished.get(bet['amountMinor'] as bigint)?.event === bet['eventId']) continue;
    violations.push({ guarantee: 10, detail: `nobody asked for bet ${String(bet['betId'])}` });
  }
  for (const message of history.unexplained) violations.push({ guarantee: 11, detail: message });
  return violations;
}

function sameBet(one: BetJson | undefined, other: BetJson): boolean {
  return (
    one?.event_id === other.event_id &&
    one.amount === other.amount &&
    one.placed_at === other.placed_at
  );
}

function checkKeys(history: History, ending: Ending): Violation[] {
  return history.wishes.flatMap((wish): Violation[] => {
    const ids = new Set(acknowledged(wish).map(({ bet }) => bet.id));
    const stored = storedFor(wish, ending).length;
    if (ids.size <= 1 && stored <= 1) return [];
    return [
      { guarantee: 2, detail: `${wish.key ?? wish.amount}: ${stored} bets, ${ids.size} answered` },
    ];
  });
}

function checkRefusals(history: History, ending: Ending): Violation[] {
  const violations: Violation[] = [];
  for (const wish of history.wishes) {
    const results = history.puts.filter(
      (put) => put.event === wish.event && put.answer !== undefined,
    );
    const late = wish.requests.filter(
      (request) =>
        request.bet !== undefined &&
        request.replayed !== true &&
        results.some((put) => put.end < request.start),
    );
    if (late.length > 0)
      violations.push({ guarantee: 3, detail: `a bet of ${wish.amount} was taken late` });
    const refused = wish.requests.some((request) => request.status === 409);
    if (refused && storedFor(wish, ending).length > 0) {
      violations.push({ guarantee: 3, detail: `the refused bet of ${wish.amount} exists` });
    }
    if (refused && acknowledged(wish).length > 0) {
      violations.push({ guarantee: 11, detail: `the bet of ${wish.amount} was refused and taken` });
    }
    if (wish.key !== undefined && wish.requests.at(-1)?.end === Infinity) {
      violations.push({ guarantee: 11, detail: `${wish.key} was not resolved by a retry` });
    }
  }
  return violations;
}

function checkReads(history: History): Violation[] {
  const violations: Violation[] = [];
  for (const { bets, start } of history.betsReads) {
    const shown = new Map<string, string>();
    for (const bet of bets) {
      const before = shown.get(bet.event_id) ?? bet.status;
      if (before !== bet.status) {
        violations.push({
          guarantee: 6,
          detail: `${bet.event_id} is ${before} and ${bet.status} in one answer`,
        });
      }
      shown.set(bet.event_id, bet.status);
      const decided = history.puts.some(
        (put) => put.event === bet.event_id && put.answer !== undefined && put.end < start,
      );
      if (decided && bet.status === 'pending') {
        violations.push({ guarantee: 4, detail: `bet ${bet.id} is pending after a result` });
      }
    }
  }
  return violations;
}

interface Register {
  version: number;
  outcome: Outcome | null;
}

const OUTCOME_OF = { pending: null, won: 'WIN', lost: 'LOSE' } as const;

function checkRegisters(history: History, ending: Ending): Violation[] {
  const events = new Set([
    ...history.wishes.map((wish) => wish.event),
    ...history.puts.map((put) => put.event),
  ]);
  const initial: Register = { version: 0, outcome: null };
  const answers = [...history.puts, ...history.eventReads].flatMap(({ answer }) => answer ?? []);
  const torn = answers.filter((answer) => !isWhole(answer));
  const violations = torn.map((answer): Violation => {
    return { guarantee: 5, detail: `${answer.event_id} has a history with a gap or a repetition` };
  });
  const unordered = [...events].flatMap((event): Violation[] => {
    const operations = registerOperations(event, history, ending);
    if (isLinearizable(initial, operations, ({ version, outcome }) => `${version}${outcome}`))
      return [];
    return [{ guarantee: 5, detail: `no order of operations explains what ${event} answered` }];
  });
  return [...violations, ...unordered];
}

/** Every change of a result has the next version, and is a change. */
function isWhole({ version, status, history }: EventJson): boolean {
  const changes = history.every((verdict, index) => {
    return verdict.version === index + 1 && verdict.status !== history[index - 1]?.status;
  });
  return changes && history.length === version && (history.at(-1)?.status ?? null) === status;
}

type RegisterOperation = Operation<Register>;

function registerOperations(event: string, history: History, ending: Ending): RegisterOperation[] {
  const when = (holds: (register: Register) => boolean) => (register: Register) =>
    holds(register) ? register : undefined;
  const puts = history.puts.filter((put) => put.event === event).flatMap(putOperations);
  const reads = history.eventReads
    .filter((read) => read.event === event && (read.status === 200 || read.status === 404))
    .map(({ start, end, answer }): RegisterOperation => ({
      start,
      end,
      required: true,
      early: true,
      apply: when((register) => shows(register, answer)),
    }));
  const statuses = history.betsReads.flatMap(({ start, end, bets }): RegisterOperation[] => {
    const bet = bets.find(({ event_id }) => event_id === event);
    if (bet === undefined) return [];
    const outcome = OUTCOME_OF[bet.status];
    return [
      {
        start,
        end,
        required: true,
        early: true,
        apply: when((register) => register.outcome === outcome),
      },
    ];
  });
  const taken = history.wishes
    .filter((wish) => wish.event === event && storedFor(wish, ending).length > 0)
    .map((wish): RegisterOperation => {
      const ends = wish.requests.filter(({ bet }) => bet !== undefined).map(({ end }) => end);
      const start = Math.min(...wish.requests.map((request) => request.start));
      const apply = when((register) => register.version === 0);
      return { start, end: Math.min(Infinity, ...ends), required: true, early: true, apply };
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
  if (status === 412) {
    const mismatch = (register: Register) =>
      register.version === ifVersion ? undefined : register;
    return [{ start, end, required: true, early: true, apply: mismatch }];
  }
  if (answer === undefined && end < Infinity) return [];
  const effect = (register: Register): Register | undefined => {
    if (ifVersion !== undefined && register.version !== ifVersion) return undefined;
    return register.outcome === outcome ? register : { version: register.version + 1, outcome };
  };
  if (answer === undefined) return [{ start, end, required: false, early: false, apply: effect }];
  // Others may have replaced the result by the time of the answer, which shows what is then in force.
  const apply = (register: Register): Register | undefined => {
    const after = effect(register);
    return after !== undefined && after.version <= answer.version ? after : undefined;
  };
  const read = (register: Register) => (shows(register, answer) ? register : undefined);
  return [
    { start, end, required: true, early: false, apply },
    { start, end, required: true, early: true, apply: read },
  ];
}

function checkStored({ bets, events }: Ending): Violation[] {
  const violations: Violation[] = [];
  const byId = new Map(events.map((event) => [event['eventId'], event]));
  for (const event of events) {
    if (
      event['state'] === 'open' &&
      event['version'] === undefined &&
      event['intent'] === undefined
    )
      continue;
    if (
      event['state'] === 'settled' &&
      event['unfinished'] === undefined &&
      event['intent'] === undefined
    )
      continue;
    violations.push({ guarantee: 8, detail: `${String(event['eventId'])} is never finished` });
  }
  for (const bet of bets) {
    const event = byId.get(String(bet['eventId']));
    const outcome = event?.['outcome'];
    const status = outcome === undefined ? 'pending' : outcome === 'WIN' ? 'won' : 'lost';
    const fits =
      bet['status'] === status &&
      number(bet['outcomeVersion']) === number(event?.['version']) &&
      bet['settledAt'] === event?.['decidedAt'];
    if (!fits)
      violations.push({ guarantee: 8, detail: `bet ${String(bet['betId'])} is left behind` });
  }
  return violations;
}

/** What is stored before the answer is what fits one batch. */
const BETS_STORED_AT_ONCE = 25;

function checkWork({ puts }: History): Violation[] {
  return puts
    .filter((put) => (put.answer?.bets.total ?? 0) > BETS_STORED_AT_ONCE && put.statements > 0)
    .map((put) => ({
      guarantee: 12,
      detail: `a PUT on ${put.event} stored statuses of many bets`,
    }));
}

function checkCounts({ puts, eventReads }: History, { bets, fences }: Ending): Violation[] {
  const violations: Violation[] = [];
  const counted = new Map<string, { placed: number; staked: bigint }>();
  for (const fence of fences) {
    const [event = ''] = String(fence['eventFence']).split('#');
    const sum = counted.get(event) ?? { placed: 0, staked: 0n };
    counted.set(event, {
      placed: sum.placed + number(fence['placed']),
      staked: sum.staked + BigInt(number(fence['stakedMinor'])),
    });
  }
  for (const [event, { placed, staked }] of counted) {
    const own = bets.filter((bet) => bet['eventId'] === event);
    const stakes = own.reduce((sum, bet) => sum + (bet['amountMinor'] as bigint), 0n);
    if (own.length !== placed || stakes !== staked) {
      violations.push({
        guarantee: 13,
        detail: `${event} counts ${placed} bets and has ${own.length}`,
      });
    }
    const answers = [...puts, ...eventReads].flatMap(({ answer }) =>
      answer?.event_id === event ? [answer] : [],
    );
    for (const {
      version,
      state,
      bets: { total, settled, staked: said },
    } of answers) {
      const final = version === 0 || (total === own.length && minor(said) === stakes);
      const complete = state !== 'settled' || settled === total;
      if (!final || !complete || settled > total) {
        violations.push({
          guarantee: 13,
          detail: `${event} was reported with ${settled} of ${total} bets`,
        });
      }
    }
  }
  return violations;
}

/** At rest, the walk over all events shows each that has a bet or a result, once, as it is stored. */
function checkList({ finalList }: History, { bets, events }: Ending): Violation[] {
  const decided = events.filter((event) => event['version'] !== undefined);
  const expected = new Set([...bets, ...decided].map((item) => String(item['eventId'])));
  const listed = (finalList ?? []).map(({ event_id }) => event_id).sort();
  const violations: Violation[] = [];
  if (listed.join() !== [...expected].sort().join()) {
    const detail = `${[...expected].sort().join(', ')} should be listed, and ${listed.join(', ')} are`;
    violations.push({ guarantee: 14, detail });
  }
  for (const { event_id, bets: counts } of finalList ?? []) {
    const own = bets.filter((bet) => bet['eventId'] === event_id);
    if (own.length === counts.total) continue;
    violations.push({ guarantee: 13, detail: `${event_id} is listed with ${counts.total} bets` });
  }
  return violations;
}
