import { isDeepStrictEqual } from 'node:util';
import type { Outcome } from '../../lib/bets/bet.ts';
import type {
  BetJson,
  BetsRead,
  EventJson,
  History,
  PutRequest,
  Query,
  Walk,
  Wish,
} from './history.ts';
import type { Item, Value } from './expressions.ts';
import type { Ledger } from './ledger.ts';
import { isLinearizable, type Operation } from './linearizability.ts';
import { type Violation, violation } from './promises.ts';

/** What is stored when a schedule has ended. */
export interface Stored {
  bets: Item[];
  fences: Item[];
  events: Item[];
  eventList: Item[];
}

const FOREVER = ['eventId', 'fence', 'amountMinor', 'placedAt'];
/** What never changes of an event. */
const LISTED = ['listKey'];

/** Looks at every write when it happens. */
export function* checkWrite(
  ledger: Ledger,
  table: string,
  before: Item | undefined,
  after: Item,
): Generator<Violation> {
  if (table === 'bets' && before !== undefined) {
    const bet = text(after['betId']);
    if (number(after['outcomeVersion']) < number(before['outcomeVersion'])) {
      yield violation(7, `${bet} fell`);
    }
    const changed = FOREVER.filter((name) => before[name] !== after[name]);
    if (changed.length > 0) yield violation(1, `${changed.join(', ')} of ${bet} changed`);
  }
  if (table === 'events' && before !== undefined) {
    const fewer = number(after['fences']) < number(before['fences']);
    const moved = LISTED.some((name) => before[name] !== undefined && before[name] !== after[name]);
    if (fewer || moved) yield violation(14, `${text(after['eventId'])} moved, or lost fences`);
  }
  if (table === 'events' && after['state'] === 'settled') {
    const event = text(after['eventId']);
    const counted = number(after['bets']);
    const bets = ledger.bets(event);
    const stored = ledger.betsAt(event, number(after['version']));
    if (stored < counted || stored < bets) {
      const share = `${stored} of ${bets} stored, ${counted} counted`;
      yield violation(9, `${event} says settled with ${share}`);
    }
  }
}

export function checkHistory(history: History, stored: Stored): Violation[] {
  const ending = indexed(stored);
  return [
    ...history.faults,
    ...checkBets(history, ending),
    ...checkKeys(history, ending),
    ...checkRefusals(history, ending),
    ...checkReads(history),
    ...checkShown(history, ending),
    ...checkWalks(history, ending),
    ...checkRegisters(history, ending),
    ...checkStored(ending),
    ...checkWork(history),
    ...checkCounts(history, ending),
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

/** What is stored, by what it is looked up by. */
interface Ending extends Stored {
  /** Newest first. */
  bets: Item[];
  byStake: Map<bigint, Item[]>;
  byId: Map<string, Item>;
  eventsById: Map<string, Item>;
}

function indexed({ bets, fences, events, eventList }: Stored): Ending {
  const byStake = new Map<bigint, Item[]>();
  for (const bet of bets) {
    byStake.set(stakeOf(bet), [...(byStake.get(stakeOf(bet)) ?? []), bet]);
  }
  return {
    fences,
    events,
    eventList,
    byStake,
    bets: bets.toSorted((one, other) => (text(one['betId']) < text(other['betId']) ? 1 : -1)),
    byId: new Map(bets.map((bet) => [text(bet['betId']), bet])),
    eventsById: new Map(events.map((event) => [text(event['eventId']), event])),
  };
}

function acknowledged(wish: Wish): { bet: BetJson; end: number }[] {
  return wish.requests.flatMap(({ bet, end }) => (bet === undefined ? [] : [{ bet, end }]));
}

function storedFor(wish: Wish, { byStake }: Ending): Item[] {
  return byStake.get(minor(wish.amount)) ?? [];
}

function* checkBets(history: History, ending: Ending): Generator<Violation> {
  const walks = history.walks
    .filter(({ query }) => isUnfiltered(query))
    .map(({ start, pages }) => ({ start, shown: countedById(pages.flat()) }));
  for (const wish of history.wishes) {
    for (const { bet, end } of acknowledged(wish)) {
      if (!ending.byId.has(bet.id)) yield violation(1, `bet ${bet.id} is lost`);
      if (bet.event_id !== wish.event || bet.amount !== wish.amount) {
        yield violation(10, `bet ${bet.id} is not what was asked for`);
      }
      for (const { shown } of walks.filter(({ start }) => start >= end)) {
        const times = shown.get(bet.id) ?? 0;
        if (times !== 1) yield violation(1, `bet ${bet.id} is ${times} times in a later walk`);
      }
    }
  }
  const wished = new Map(history.wishes.map((wish) => [minor(wish.amount), wish]));
  for (const bet of ending.bets) {
    if (wished.get(stakeOf(bet))?.event === bet['eventId']) continue;
    yield violation(10, `nobody asked for bet ${text(bet['betId'])}`);
  }
}

function countedById(bets: readonly BetJson[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of bets) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function* checkKeys(history: History, ending: Ending): Generator<Violation> {
  for (const wish of history.wishes) {
    const ids = new Set(acknowledged(wish).map(({ bet }) => bet.id));
    const stored = storedFor(wish, ending).length;
    if (ids.size > 1 || stored > 1) {
      yield violation(2, `${wish.key ?? wish.amount}: ${stored} bets, ${ids.size} answered`);
    }
    const isReplay = ({ replayed }: Wish['requests'][number]): boolean => replayed === true;
    const firsts = wish.requests.filter(({ bet, replayed }) => bet !== undefined && !replayed);
    const begun = Math.min(...wish.requests.map(({ start }) => start));
    // Another request of the key must have been under way when one is said to be a repetition.
    const alone = wish.requests.length === 1 || wish.key === undefined;
    const early = wish.requests.filter(isReplay).some(({ end }) => end <= begun);
    if (firsts.length <= 1 && !early && !(alone && wish.requests.some(isReplay))) continue;
    yield violation(2, `${wish.amount} was placed ${firsts.length} times, or replayed too early`);
  }
}

function* checkRefusals(history: History, ending: Ending): Generator<Violation> {
  for (const wish of history.wishes) {
    const { amount, event, key, requests } = wish;
    const puts = history.puts.filter((put) => put.event === event);
    const results = puts.filter((put) => put.answer !== undefined);
    const taken = requests.filter(({ bet, replayed }) => bet !== undefined && replayed !== true);
    if (taken.some(({ start }) => results.some((put) => put.end < start))) {
      yield violation(3, `a bet of ${amount} was taken late`);
    }
    const refusals = requests.filter((request) => request.status === 409);
    if (refusals.length > 0 && storedFor(wish, ending).length > 0) {
      yield violation(3, `the refused bet of ${amount} exists`);
    }
    if (refusals.some(({ end }) => puts.every(({ start }) => start > end))) {
      yield violation(3, `a bet of ${amount} was refused before anybody gave a result`);
    }
    if (refusals.length > 0 && acknowledged(wish).length > 0) {
      yield violation(11, `the bet of ${amount} was refused and taken`);
    }
    if (key !== undefined && requests.at(-1)?.end === Infinity) {
      yield violation(11, `${key} was not resolved by a retry`);
    }
  }
}

/** Every answer with bets, also that of a request that placed one. */
function allBetsReads({ betsReads, wishes }: History): BetsRead[] {
  const placed = wishes.flatMap(({ requests }) =>
    requests.flatMap(({ start, end, bet }) =>
      bet === undefined ? [] : { start, end, bets: [bet] },
    ),
  );
  return [...betsReads, ...placed];
}

function* checkReads(history: History): Generator<Violation> {
  for (const { bets, start } of allBetsReads(history)) {
    const shown = new Map<string, string>();
    for (const { id, event_id: event, status, settled_at: at = '' } of bets) {
      const result = `${status} ${at}`;
      const before = shown.get(event) ?? result;
      if (before !== result)
        yield violation(6, `${event} is ${before} and ${result} in one answer`);
      shown.set(event, result);
      const decided = history.puts.some(
        (put) => put.event === event && put.answer !== undefined && put.end < start,
      );
      if (decided && status === 'pending')
        yield violation(4, `bet ${id} is pending after a result`);
    }
  }
}

/** Whatever is said of a bet or an event is what is stored, and in its order. */
function* checkShown(history: History, ending: Ending): Generator<Violation> {
  for (const { bets } of allBetsReads(history)) {
    for (const [index, bet] of bets.entries()) {
      const stored = ending.byId.get(bet.id);
      if (stored === undefined || !isShown(bet, stored, ending)) {
        yield violation(10, `${JSON.stringify(bet)} is not what is stored`);
      }
      if (index > 0 && (bets[index - 1]?.id ?? '') <= bet.id) {
        yield violation(1, `bet ${bet.id} is out of order`);
      }
    }
  }
  for (const { event_id, history: verdicts } of allAnswers(history)) {
    const stored = verdictsOf(ending.eventsById.get(event_id));
    if (verdicts.every((verdict, index) => isDeepStrictEqual(verdict, stored[index]))) continue;
    yield violation(5, `${event_id} has had another history than it says`);
  }
}

function isShown(bet: BetJson, stored: Item, { eventsById }: Ending): boolean {
  const verdicts = verdictsOf(eventsById.get(bet.event_id));
  return (
    bet.event_id === stored['eventId'] &&
    minor(bet.amount) === stakeOf(stored) &&
    bet.placed_at === stored['placedAt'] &&
    (bet.status === 'pending'
      ? bet.settled_at === undefined
      : verdicts.some(
          ({ status, decided_at }) =>
            status === OUTCOME_OF[bet.status] && decided_at === bet.settled_at,
        ))
  );
}

/** The results that an event has had, as the API shows them. */
function verdictsOf(event: Item | undefined): EventJson['history'] {
  const stored = event?.['history'];
  const verdicts: Item[] = Array.isArray(stored) ? stored : [];
  return verdicts.map(verdictOf);
}

function verdictOf({ outcome, version, decidedAt, decidedBy }: Item): EventJson['history'][number] {
  return {
    status: outcome === 'WIN' ? 'WIN' : 'LOSE',
    version: number(version),
    decided_at: text(decidedAt),
    ...(decidedBy !== undefined && { decided_by: text(decidedBy) }),
  };
}

function allAnswers({ puts, eventReads }: History): EventJson[] {
  return [...puts, ...eventReads].flatMap(({ answer }) => answer ?? []);
}

const isUnfiltered = (query: Query): boolean => Object.keys(query).join() === 'limit';

function* checkWalks(history: History, ending: Ending): Generator<Violation> {
  for (const { query, pages } of history.walks) {
    const ids = pages.flat().map(({ id }) => id);
    if (ids.some((id, index) => index > 0 && id >= (ids[index - 1] ?? ''))) {
      yield violation(1, `the pages of ${JSON.stringify(query)} overlap`);
    }
    const [last = [], ...before] = pages.toReversed();
    const full = before.every(({ length }) => length === Number(query['limit']));
    if (!full)
      yield violation(1, `a page of ${JSON.stringify(query)} is not full, and not the last`);
    if (isUnfiltered(query) && last.length === 0 && before.length > 0) {
      yield violation(1, 'a page leads to nothing');
    }
  }
  for (const { query, pages } of history.restingWalks) {
    const bets = ending.bets.filter(isAskedFor(query)).map((bet) => text(bet['betId']));
    const expected = pagesOf(bets, Number(query['limit']));
    // Who looks for a status cannot tell that nothing comes after a full page.
    const isOver = query['status'] !== undefined && pages.length > 1 && pages.at(-1)?.length === 0;
    const shown = isOver ? pages.slice(0, -1) : pages;
    yield* checkPages(1, query, expected, { pages: shown }, ({ id }) => id);
  }
  for (const { query, pages } of history.restingEventWalks) {
    const { limit, state } = query;
    const known = new Set(ending.bets.map((bet) => bet['eventId']));
    const isTrue = ({ eventId, listKey }: Item): boolean =>
      ending.eventsById.get(text(eventId))?.['listKey'] === listKey;
    // Lists by state come from the events themselves; the list of all has each entry that was made.
    const all = (
      state === undefined ? ending.eventList : ending.events.filter(isIn(state))
    ).toSorted((one, other) => (text(one['listKey']) < text(other['listKey']) ? 1 : -1));
    // An event of which only a bet that failed is noted has its place, and is not shown.
    const expected = pagesOf(all, Number(limit)).map((page) =>
      page
        .filter(isTrue)
        .map(({ eventId }) => text(eventId))
        .filter(
          (event) => ending.eventsById.get(event)?.['version'] !== undefined || known.has(event),
        )
        .filter((event) => state === undefined || stateOf(ending.eventsById.get(event)) === state),
    );
    yield* checkPages(14, query, expected, { pages }, ({ event_id }) => event_id);
  }
  yield* checkEventWalks(history, ending);
}

/** Which events a list by state is made from, before those that left the state are dropped. */
function isIn(state: string): (event: Item) => boolean {
  if (state === 'settling') return ({ unfinished }) => unfinished !== undefined;
  return ({ version }) => (version === undefined) === (state === 'open');
}

function stateOf(event: Item | undefined): string {
  return event?.['version'] === undefined ? 'open' : text(event['state']);
}

/** At any time the list of all events has each once that was there before, newest first. */
function* checkEventWalks(
  history: History,
  { eventList, eventsById }: Ending,
): Generator<Violation> {
  const entries = new Set(
    eventList.map(({ eventId, listKey }) => `${text(eventId)} ${text(listKey)}`),
  );
  for (const { eventId, listKey } of eventsById.values()) {
    if (entries.has(`${text(eventId)} ${text(listKey)}`)) continue;
    yield violation(14, `${text(eventId)} is not listed`);
  }
  for (const { start, query, pages } of history.eventWalks) {
    const shown = pages.flat().map(({ event_id }) => event_id);
    const keys = shown.map((event) => text(eventsById.get(event)?.['listKey']));
    if (keys.some((key, index) => index > 0 && key >= (keys[index - 1] ?? ''))) {
      yield violation(14, `the pages of ${JSON.stringify(query)} are out of order, or overlap`);
    }
    if (query['state'] !== undefined) continue;
    const told = new Set(shown);
    const due = [
      ...history.puts.filter(({ answer, end }) => answer !== undefined && end <= start),
      ...history.wishes.filter(({ requests }) =>
        requests.some(({ bet, end }) => bet !== undefined && end <= start),
      ),
    ];
    for (const event of new Set(due.map((each) => each.event))) {
      if (!told.has(event)) yield violation(14, `${event} is missing in a later walk`);
    }
  }
}

/** Whether a stored bet is among those that a list is asked for. */
function isAskedFor({ event_id: event, status, placed_from, placed_before }: Query) {
  return (bet: Item): boolean =>
    (event === undefined || bet['eventId'] === event) &&
    (status === undefined || bet['status'] === status) &&
    (placed_from === undefined || text(bet['placedAt']) >= placed_from) &&
    (placed_before === undefined || text(bet['placedAt']) < placed_before);
}

function pagesOf<Each>(items: readonly Each[], limit: number): Each[][] {
  const count = Math.max(1, Math.ceil(items.length / limit));
  return Array.from({ length: count }, (_, page) => items.slice(page * limit, (page + 1) * limit));
}

function* checkPages<Shown>(
  guarantee: 1 | 14,
  query: Query,
  expected: string[][],
  { pages }: Pick<Walk<Shown>, 'pages'>,
  nameOf: (item: Shown) => string,
): Generator<Violation> {
  const shown = pages.map((page) => page.map(nameOf));
  if (isDeepStrictEqual(shown, expected)) return;
  const [all, told] = [expected, shown].map((each) => JSON.stringify(each).slice(0, 500));
  yield violation(guarantee, `${JSON.stringify(query)} should show ${all}, and shows ${told}`);
}

interface Register {
  version: number;
  outcome: Outcome | null;
}

const NO_RESULT: Register = { version: 0, outcome: null };
/** Results that an event can have. */
const MAX_VERSIONS = 100;
const OUTCOME_OF = { pending: null, won: 'WIN', lost: 'LOSE' } as const;

function* checkRegisters(history: History, ending: Ending): Generator<Violation> {
  for (const answer of allAnswers(history)) {
    if (isWhole(answer)) continue;
    yield violation(5, `${answer.event_id} has a history with a gap or a repetition`);
  }
  for (const { eventId, history: verdicts } of ending.events) {
    const ids = Array.isArray(verdicts) ? verdicts.map((verdict: Item) => verdict['id']) : [];
    if (new Set(ids).size === ids.length) continue;
    yield violation(5, `one decision is in force twice on ${text(eventId)}`);
  }
  const events = new Set([...history.wishes, ...history.puts].map(({ event }) => event));
  for (const event of events) {
    const operations = registerOperations(event, history, ending);
    if (isLinearizable(NO_RESULT, operations, ({ version, outcome }) => `${version}${outcome}`)) {
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
  const verdicts = verdictsOf(ending.eventsById.get(event));
  const puts = history.puts.filter((put) => put.event === event).flatMap(putOperations);
  const reads = history.eventReads
    .filter((read) => read.event === event && (read.status === 200 || read.status === 404))
    .map((read) => look(read, (register) => shows(register, read.answer)));
  const statuses = allBetsReads(history).flatMap((read) => {
    const bet = read.bets.find(({ event_id }) => event_id === event);
    return bet ? [look(read, (register) => decides(register, bet, verdicts))] : [];
  });
  const taken = history.wishes
    .filter((wish) => wish.event === event && storedFor(wish, ending).length > 0)
    .map((wish) => {
      const start = Math.min(...wish.requests.map((request) => request.start));
      const end = Math.min(Infinity, ...acknowledged(wish).map((answered) => answered.end));
      return look({ start, end }, ({ version }) => version === 0);
    });
  const looks = [...reads, ...statuses, ...taken];
  const first = Math.min(...puts.map((put) => put.start));
  // Before anybody gave a result there was none: the search need not look at what says so.
  const before = (operation: RegisterOperation): boolean =>
    operation.end < first && operation.apply(NO_RESULT) === NO_RESULT;
  return [...puts, ...looks.filter((operation) => !before(operation))];
}

/** The bet is shown under the very result in force: an earlier one may have had its outcome. */
function decides(
  { version, outcome }: Register,
  bet: BetJson,
  verdicts: EventJson['history'],
): boolean {
  const at = verdicts[version - 1]?.decided_at;
  return outcome === OUTCOME_OF[bet.status] && at === bet.settled_at;
}

function shows(register: Register, answer: EventJson | undefined): boolean {
  return (
    register.version === (answer?.version ?? 0) && register.outcome === (answer?.status ?? null)
  );
}

function putOperations(put: PutRequest): RegisterOperation[] {
  const { start, end, outcome, ifVersion, answer, status } = put;
  const isAt = ({ version }: Register): boolean =>
    ifVersion === '*' ? version > 0 : version === (ifVersion ?? version);
  /** The version asked for was left for the outcome asked for, for all it knows by itself. */
  const isDone = ({ version, outcome: current }: Register): boolean =>
    typeof ifVersion === 'number' && version > ifVersion && current === outcome;
  if (status === 412) return [look(put, (register) => !isAt(register) && !isDone(register))];
  const isFull = (register: Register): boolean =>
    register.version >= MAX_VERSIONS && register.outcome !== outcome;
  if (status === 409) return [look(put, (register) => isAt(register) && isFull(register))];
  const effect = (register: Register): Register | undefined => {
    if (!isAt(register)) return isDone(register) ? register : undefined;
    if (isFull(register)) return undefined;
    return register.outcome === outcome ? register : { version: register.version + 1, outcome };
  };
  if (answer === undefined) {
    const kind = `${outcome} ${ifVersion ?? ''}`;
    return [{ start, end, required: false, early: false, kind, apply: effect }];
  }
  // Others may have replaced the result by the time of the answer, which shows what is in force.
  const apply = (register: Register): Register | undefined => {
    const after = effect(register);
    return after !== undefined && after.version <= answer.version ? after : undefined;
  };
  const read = look(put, (register) => shows(register, answer));
  return [{ start, end, required: true, early: false, apply }, read];
}

function* checkStored({ bets, events, fences, eventsById }: Ending): Generator<Violation> {
  const closed = new Set(fences.map((fence) => fence['closedAt'] && eventOf(fence)));
  for (const { eventId, state, version, intent, unfinished } of events) {
    const open = version === undefined && !closed.has(text(eventId));
    const settled = state === 'settled' && unfinished === undefined;
    if (intent === undefined && (open || settled)) continue;
    yield violation(8, `${text(eventId)} is never finished`);
  }
  for (const bet of bets) {
    const event = eventsById.get(text(bet['eventId']));
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

function eventOf(fence: Item): string {
  const key = text(fence['eventFence']);
  return key.slice(0, key.lastIndexOf('#'));
}

function* checkCounts(history: History, { bets, fences }: Ending): Generator<Violation> {
  const answers = allAnswers(history);
  for (const [event, counts] of Map.groupBy(fences, eventOf)) {
    const placed = counts.reduce((sum, fence) => sum + number(fence['placed']), 0);
    const staked = counts.reduce((sum, fence) => sum + BigInt(number(fence['stakedMinor'])), 0n);
    const own = bets.filter((bet) => bet['eventId'] === event);
    const stakes = own.reduce((sum, bet) => sum + stakeOf(bet), 0n);
    if (own.length !== placed || stakes !== staked) {
      yield violation(13, `${event} counts ${placed} bets and has ${own.length}`);
    }
    for (const answer of answers.filter(({ event_id }) => event_id === event)) {
      const { total, settled, staked: said } = answer.bets;
      const final = answer.version === 0 || (total === own.length && minor(said) === stakes);
      const complete = answer.state !== 'settled' || settled === total;
      if (final && complete && settled <= total) continue;
      yield violation(13, `${event} was reported with ${settled} of ${total} bets`);
    }
  }
}
