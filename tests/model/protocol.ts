/**
 * The protocol of lib/bets on one event, small enough to try all orders of its steps. Read it from
 * the top: what is stored, what one call does to it, and the programs that make the calls. Each
 * call is one step. Between two steps all others may act, and a program may end for ever. This file
 * imports nothing, so that `mutants.ts` can break a copy of it.
 */

// ---- What is stored ----

export type Outcome = 'WIN' | 'LOSE';
export interface Decision {
  id: string;
  outcome: Outcome;
}
export interface EventItem {
  exists: boolean;
  /** How many fences it has: numbers from 0. Final once there is an intent or a result. */
  fences: number;
  /** Whether it is in the index of those that are not finished. */
  unfinished: boolean;
  intent: Decision | null;
  state: 'open' | 'settling' | 'settled';
  /** The decisions that were put in force. Their number is the version. */
  history: Decision[];
  /** The bets that the result decides: what its closed fences counted. */
  bets: number;
}
export interface Fence {
  placed: number;
  closed: boolean;
  sweptVersion: number;
}
export interface Bet {
  id: string;
  /** What its client wants, which may take more than one request. */
  wish: string;
  fence: number;
  outcome: Outcome | null;
  version: number;
}
/** Writes that were decided together and are seen one by one. Each locks its item until then. */
export interface Transaction {
  id: string;
  writes: Write[];
  /** One of its writes is seen, so it cannot be cancelled any more. */
  begun: boolean;
}
type Write =
  | { to: 'fence'; fence: number; bets: number }
  | { to: 'bet'; bet: Bet }
  | { to: 'key'; key: string; bet: string };
export interface Tables {
  /** Whether the list of events has an entry for the event. */
  listed: boolean;
  event: EventItem;
  /** By their numbers; null where there is none. */
  fences: (Fence | null)[];
  bets: Bet[];
  keys: { key: string; bet: string }[];
  transactions: Transaction[];
}

/** Fences of an event before it is widened, and after. */
const FIRST_FENCES = 1;
const MOST_FENCES = 2;

const newFence = (): Fence => ({ placed: 0, closed: false, sweptVersion: 0 });

/** An event with so many fences; 0: nothing is known of it. */
export function firstTables(fences: number): Tables {
  const exists = fences > 0;
  return {
    listed: exists,
    event: {
      ...{ exists, fences, unfinished: false, intent: null },
      ...{ state: 'open', history: [], bets: 0 },
    },
    fences: Array.from({ length: MOST_FENCES }, (_, fence) => (fence < fences ? newFence() : null)),
    ...{ bets: [], keys: [], transactions: [] },
  };
}

function takesBets({ intent, history }: EventItem): boolean {
  return intent === null && history.length === 0;
}

// ---- What a call does: lib/dynamodb ----

/** What may become of a call. Nothing may: it waits. A fault is what seldom happens. */
export interface Possible {
  tables: Tables;
  reply: unknown;
  fault?: string;
  /** Nothing is changed, and whatever others do, this stays the only reply. */
  final?: boolean;
}
export interface Call {
  name: string;
  /** A write may arrive late or twice. A transaction has a token: it is not carried out twice. */
  kind: 'read' | 'update' | 'transaction';
  possible: (tables: Tables) => Possible[];
}
type Calls<Reply> = Generator<Call, Reply>;

function* call<Reply>(
  name: string,
  possible: (tables: Tables) => (Possible & { reply: Reply })[],
  kind: Call['kind'] = 'read',
): Calls<Reply> {
  const reply: unknown = yield { name, kind, possible };
  return reply as Reply; // The explorer answers with one of the replies that are possible.
}

function read<Reply>(name: string, look: (tables: Tables) => Reply): Calls<Reply> {
  return call(name, (tables) => [{ tables, reply: look(tables) }]);
}

function update<Reply>(name: string, change: (tables: Tables) => Reply): Calls<Reply> {
  return call(name, (tables) => [changed(tables, change)], 'update');
}

function transact<Reply>(name: string, change: (tables: Tables) => Reply): Calls<Reply> {
  return call(name, (tables) => [changed(tables, change)], 'transaction');
}

function changed<Reply>(tables: Tables, change: (copy: Tables) => Reply) {
  const copy = structuredClone(tables);
  return { reply: change(copy), tables: copy };
}

/** The fence, which is made if it is not there. */
function fenceOf(tables: Tables, fence: number): Fence {
  const found = tables.fences[fence] ?? newFence();
  tables.fences[fence] = found;
  return found;
}

function betOf(tables: Tables, id: string): Bet | undefined {
  return tables.bets.find((bet) => bet.id === id);
}

function itemOf(change: Write): string {
  if (change.to === 'bet') return `bet ${change.bet.id}`;
  return change.to === 'key' ? `key ${change.key}` : `fence ${change.fence}`;
}

function isLocked({ transactions }: Tables, item: string): boolean {
  return transactions.some(({ writes }) => writes.some((change) => itemOf(change) === item));
}

function prepare(tables: Tables, id: string, writes: Write[]): void {
  tables.transactions.push({ id, writes, begun: false });
  tables.transactions.sort((one, other) => (one.id < other.id ? -1 : 1));
}

function apply(tables: Tables, change: Write): void {
  if (change.to === 'fence') {
    fenceOf(tables, change.fence).placed += change.bets;
  } else if (change.to === 'bet') {
    tables.bets.push(change.bet);
    tables.bets.sort((one, other) => (one.id < other.id ? -1 : 1));
  } else {
    tables.keys.push({ key: change.key, bet: change.bet });
  }
}

/** What goes on without any caller: a transaction shows its next write, or is cancelled. */
export function goesOn(tables: Tables): (Possible & { name: string })[] {
  return tables.transactions.flatMap(({ id, writes, begun }, index) => {
    const shown = writes.map((change, place) => ({
      name: `the transaction of ${id} shows ${itemOf(change)}`,
      ...changed(tables, (copy) => {
        apply(copy, change);
        const rest = writes.filter((_, other) => other !== place);
        const after = rest.length > 0 ? [{ id, writes: rest, begun: true }] : [];
        copy.transactions.splice(index, 1, ...after);
      }),
    }));
    const cancelled = changed(tables, (copy) => copy.transactions.splice(index, 1));
    const name = `the transaction of ${id} is cancelled on its way`;
    return begun ? shown : [...shown, { name, fault: 'cancelled', ...cancelled }];
  });
}

/** The entry comes before the event. Who meets the event first decides where it stands. */
function* enlist(): Calls<EventItem> {
  yield* update('put the entry into the list', (tables) => {
    tables.listed = true;
  });
  return yield* update('make the event', ({ event }) => {
    if (!event.exists) Object.assign(event, { exists: true, fences: FIRST_FENCES });
    return structuredClone(event);
  });
}

/** The fences with these numbers, each by itself. One that is there stays as it is. */
function* createFences(from: number, to: number): Calls<void> {
  for (let fence = from; fence < to; fence += 1) {
    yield* call(
      `make fence ${fence}`,
      (tables) => [
        {
          ...changed(tables, (copy) => void fenceOf(copy, fence)),
          final: tables.fences[fence] !== null,
        },
      ],
      'update',
    );
  }
}

/** Gives the event more fences than the number that was seen; returns what to remember of it. */
function* widen(seen: number): Calls<Memory> {
  const now = yield* update(`widen from ${seen} fences`, ({ event }) => {
    const takes = takesBets(event);
    if (takes && event.fences === seen) event.fences = MOST_FENCES;
    return { exists: event.exists, takes, fences: event.fences };
  });
  if (!now.exists) return null;
  if (!now.takes) return 'closed';
  // Whoever learns the number before the fences are there makes them.
  yield* createFences(seen, now.fences);
  return now.fences;
}

interface Inserted {
  kind:
    | ('inserted' | 'bet-exists' | 'key-taken' | 'fence-closed' | 'fence-missing')
    | ('contended' | 'rejected');
  /** What holds the key. */
  holder?: string;
}

function writesFor({ id, wish, key }: BetRequest, fence: number): Write[] {
  const put: Write = { to: 'bet', bet: { id, wish, fence, outcome: null, version: 0 } };
  return key === null ? [put] : [put, { to: 'key', key, bet: id }];
}

/** Why a bet cannot be stored behind a fence now; null when nothing speaks against it. */
function reasonAgainst({ id, key }: BetRequest, number: number, tables: Tables): Inserted | null {
  const free = (item: string): boolean => !isLocked(tables, item);
  const betIsNew = betOf(tables, id) === undefined;
  const holder = tables.keys.find((record) => record.key === key)?.bet;
  const fence = tables.fences[number] ?? null;
  const fenceIsOpen = fence?.closed !== true;
  if (free(`bet ${id}`) && !betIsNew) return { kind: 'bet-exists' };
  if (free(`key ${key}`) && holder !== undefined) return { kind: 'key-taken', holder };
  if (free(`fence ${number}`) && fence === null) return { kind: 'fence-missing' };
  if (free(`fence ${number}`) && !fenceIsOpen) return { kind: 'fence-closed' };
  const all = [`bet ${id}`, `key ${key}`, `fence ${number}`];
  return all.every(free) ? null : { kind: 'contended' };
}

/**
 * Bets, their count and their keys in one transaction. When it is cancelled each bet has its own
 * reason, or null.
 */
function* insert(requests: BetRequest[], fence: number): Calls<(Inserted | null)[]> {
  const by = requests.map(({ id }) => id).join(' and ');
  const reasons = yield* transact(`insert ${by} behind fence ${fence}`, (tables) => {
    const bets = requests.length;
    const writes = requests.flatMap((request) => writesFor(request, fence));
    writes.unshift({ to: 'fence', fence, bets });
    // DynamoDB takes no item twice.
    const twice = new Set(writes.map(itemOf)).size < writes.length;
    if (twice) return requests.map((): Inserted => ({ kind: 'rejected' }));
    const found = requests.map((request) => reasonAgainst(request, fence, tables));
    if (found.some((reason) => reason !== null)) return found;
    prepare(tables, by, writes);
    return null;
  });
  return reasons ?? (yield* decided(requests, by));
}

/** Waits for a transaction; then what became of each bet. */
function decided(requests: BetRequest[], by: string): Calls<(Inserted | null)[]> {
  const all = (kind: Inserted['kind']) => requests.map((): Inserted => ({ kind }));
  return call(`learn what became of the transaction of ${by}`, (tables) => {
    const goes = tables.transactions.some(({ id }) => id === by);
    const inserted = requests.every(({ id }) => betOf(tables, id) !== undefined);
    // The SDK sends it again with its token: "in progress" is no answer.
    const fault = 'the reply is lost on the way';
    if (goes) return [{ tables, reply: all('contended'), fault }];
    if (inserted) return [{ tables, reply: all('inserted'), final: true }];
    // Either the fence met another writer, or an item of the first bet did.
    const contended: (Inserted | null)[] = all('contended');
    const innocent = contended.map((reason, place) => (place === 0 ? reason : null));
    const replies = requests.length > 1 ? [contended, innocent] : [contended];
    return replies.map((reply) => ({ tables, reply }));
  });
}

function findBet(id: string): Calls<string | null> {
  return call(`find ${id}`, (tables) => {
    const isThere = betOf(tables, id) !== undefined;
    return [{ tables, reply: isThere ? id : null, final: isThere }];
  });
}

/** A transactional read: waits while one of its items is locked, and reads all at one instant. */
function findPlaced(id: string | null, key: string | null) {
  return call(`find ${id ?? 'no bet'} and ${key ?? 'no key'} at one instant`, (tables) => {
    const bet = id !== null && betOf(tables, id) !== undefined ? id : null;
    const record = tables.keys.find((each) => each.key === key)?.bet ?? null;
    const waits = isLocked(tables, `bet ${id}`) || isLocked(tables, `key ${key}`);
    return waits ? [] : [{ tables, reply: { bet, record }, final: bet !== null }];
  });
}

/** Each fence by itself, in any order, once it is not locked. Returns the sum of their counts. */
function* close(fences: number): Calls<number> {
  const left = new Set(Array.from({ length: fences }, (_, fence) => fence));
  let sum = 0;
  while (left.size > 0) {
    const { fence, placed } = yield* closeOneOf([...left]);
    left.delete(fence);
    sum += placed;
  }
  return sum;
}

function closeOneOf(left: number[]): Calls<{ fence: number; placed: number }> {
  const possible = (tables: Tables) => {
    const closing = left.flatMap((fence) => {
      const final = tables.fences[fence]?.closed === true;
      const closed = changed(tables, (copy) => {
        fenceOf(copy, fence).closed = true;
        return { fence, placed: fenceOf(copy, fence).placed };
      });
      return isLocked(tables, `fence ${fence}`) ? [] : [{ ...closed, final }];
    });
    const done = closing.find(({ final }) => final);
    return done === undefined ? closing : [done];
  };
  return call(`close one of the fences ${left.join(', ')}`, possible, 'update');
}

/** From the fences. */
function countBets(fences: number): Calls<number> {
  return read('count the bets', (tables) => {
    return tables.fences.slice(0, fences).reduce((sum, fence) => sum + (fence?.placed ?? 0), 0);
  });
}

/** Those that are there. */
function findFences(count: number): Calls<(Fence & { number: number })[]> {
  return read('read the fences', ({ fences }) => {
    return fences.slice(0, count).flatMap((fence, number) => (fence ? [{ ...fence, number }] : []));
  });
}

function markSwept(fence: number, version: number): Calls<void> {
  return update(`mark fence ${fence} swept at version ${version}`, (tables) => {
    const item = fenceOf(tables, fence);
    if (item.sweptVersion < version) item.sweptVersion = version;
  });
}

function findEvent(): Calls<EventItem> {
  return read('read the event', ({ event }) => event);
}

function findUnfinished(): Calls<EventItem | null> {
  return read('read the event if it is unfinished', ({ event }) => {
    return event.unfinished ? event : null;
  });
}

/** The event as it is then, null when it has a result. */
function noteIntent(decision: Decision): Calls<EventItem | null> {
  return update(`note the intent ${decision.id}`, ({ event }) => {
    const noResult = event.history.length === 0;
    if (noResult) Object.assign(event, { intent: decision, unfinished: true });
    return noResult ? structuredClone(event) : null;
  });
}

/** Compare and set: null when the event is not at version `from` any more. */
function setResult(decision: Decision, from: number, bets: number): Calls<EventItem | null> {
  return update(`put ${decision.id} in force over version ${from}`, ({ event }) => {
    const atVersion = event.history.length === from;
    if (!atVersion) return null;
    const state = bets > 0 ? 'settling' : 'settled';
    event.history.push(decision);
    Object.assign(event, { intent: null, state, unfinished: bets > 0, bets });
    return structuredClone(event);
  });
}

/** From the index, which may miss any of the bets behind a fence. */
function oldestIds(fence: number): Calls<string[]> {
  return call(`ask the index for the bets behind fence ${fence}`, (tables) => {
    const ids = tables.bets.filter((bet) => bet.fence === fence).map(({ id }) => id);
    const all = { tables, reply: ids };
    return [all, ...ids.map((missed) => ({ tables, reply: ids.filter((id) => id !== missed) }))];
  });
}

/** Whether the bet is at the version or above. A statement may fail and be left to a later walk. */
function storeResult(id: string, { version, outcome }: Job): Calls<boolean> {
  const store = (tables: Tables): boolean => {
    const bet = betOf(tables, id);
    const isOlder = bet !== undefined && bet.version < version;
    if (isOlder) Object.assign(bet, { version, outcome });
    return true;
  };
  const failed = { reply: false, fault: 'the statement fails' };
  const possible = (tables: Tables) => [changed(tables, store), { tables, ...failed }];
  return call(`store version ${version} on ${id}`, possible, 'update');
}

function finishSettlement(version: number): Calls<void> {
  return update(`finish version ${version}`, ({ event }) => {
    const atVersion = event.history.length === version;
    if (atVersion) Object.assign(event, { state: 'settled', unfinished: false });
  });
}

// ---- The programs: lib/bets ----

/** What a process remembers of the event: its fences, or that it takes no more bets. */
export type Memory = number | 'closed' | null;
export interface BetRequest {
  /** The id of the bet that this request would place. */
  id: string;
  wish: string;
  key: string | null;
  /** Where it tries first. Each later try takes the next fence. */
  fence: number;
}
export interface PutRequest {
  by: string;
  decision: Decision;
  ifVersion: number | null;
  /** A PUT stores the statuses of a small event before it answers. */
  sweeps: boolean;
}
/** A result to store on the bets. `answers`: a PUT waits for it, and shows the event then. */
interface Job {
  version: number;
  outcome: Outcome;
  event: EventItem;
  answers: boolean;
}
export type Answer =
  | { kind: 'unavailable' | 'failed' | 'refused' | 'mismatch' | 'swept' }
  | { kind: 'taken'; bet: string; replayed: boolean; version: number }
  | ({ kind: 'event'; settled: number } & Pick<EventItem, 'history' | 'state' | 'bets'>)
  | { kind: 'bets'; bets: { id: string; version: number }[] }
  /** One for each wish. */
  | { kind: 'group'; answers: Answer[] };
/** A program goes on as another one, and forgets what it knew. */
export interface Next {
  program: string;
  given: unknown[];
}
type Program = Generator<Call, Answer | Next>;

const PLACE_TRIES = 3;
const MAX_WALKS = 2;

function goOn<Name extends keyof typeof programs>(
  program: Name,
  ...given: Parameters<(typeof programs)[Name]>
): Next {
  return { program, given };
}

/** Makes sure that the event can take bets. `mends`: its fences may be missing, and are made. */
function* admit(mends: boolean): Calls<number | 'closed'> {
  const found = yield* findEvent();
  const event = found.exists ? found : yield* enlist();
  if (!takesBets(event)) return 'closed';
  // A fence comes last, so that no event has a bet and is not listed.
  if (!found.exists || mends) yield* createFences(0, event.fences);
  return event.fences;
}

/** What follows when a bet was in a transaction. `wasTried`: a copy may still be on its way. */
function afterInsert(attempt: Attempt, { kind, holder = '' }: Inserted): Answer | Next {
  const { request, tryNumber, wasTried } = attempt;
  switch (kind) {
    case 'inserted':
      return { kind: 'taken', bet: request.id, replayed: false, version: 0 };
    case 'bet-exists':
      return goOn('readPlaced', request.id, false);
    case 'key-taken':
      return goOn('readPlaced', holder, true);
    case 'fence-closed':
      return goOn('afterClosing', request, tryNumber, wasTried ? request.id : null);
    case 'fence-missing':
      return tryAgain(request, tryNumber, null);
    case 'contended':
      return goOn('widenAndTryAgain', attempt);
    case 'rejected':
      return { kind: 'failed' };
  }
}

function tryAgain(request: BetRequest, tryNumber: number, remembers: Memory): Answer | Next {
  if (tryNumber === PLACE_TRIES) return { kind: 'unavailable' };
  return goOn('placeBet', request, tryNumber + 1, remembers);
}

/** A bet on its way into a transaction, of which its process knows so many fences. */
interface Attempt {
  request: BetRequest;
  tryNumber: number;
  fences: number;
  wasTried: boolean;
}

export const programs = {
  *placeBet(request: BetRequest, tryNumber: number, remembers: Memory): Program {
    const wasTried = tryNumber > 1;
    const fences = remembers ?? (yield* admit(wasTried));
    if (fences !== 'closed') return goOn('insertBet', { request, tryNumber, fences, wasTried });
    return goOn('afterClosing', request, tryNumber, wasTried ? request.id : null);
  },

  *insertBet(attempt: Attempt): Program {
    const { request, tryNumber, fences } = attempt;
    const [result] = yield* insert([request], (request.fence + tryNumber - 1) % fences);
    return afterInsert(attempt, result ?? { kind: 'rejected' });
  },

  /** Requests that came to a process at once, which go in one transaction. */
  *placeGroup(requests: BetRequest[], remembers: Memory): Program {
    const fences = remembers ?? (yield* admit(false));
    if (fences !== 'closed') return goOn('insertGroup', requests, fences);
    const parts = requests.map((request) => goOn('afterClosing', request, 1, null));
    return goOn('eachInTurn', parts);
  },

  *insertGroup(requests: BetRequest[], fences: number): Program {
    const isTwin = ({ key, id }: BetRequest): boolean =>
      key !== null && requests.find((request) => request.key === key)?.id !== id;
    const group = requests.filter((request) => !isTwin(request));
    const results = yield* insert(group, (group[0]?.fence ?? 0) % fences);
    const parts = requests.map((request) => {
      const attempt = { request, tryNumber: 1, fences, wasTried: false };
      const place = group.indexOf(request);
      // A key that is in a group waits for a later one.
      if (place < 0) return goOn('insertBet', attempt);
      const result = results[place] ?? null;
      // What nothing speaks against goes again alone.
      if (result === null) return goOn('insertBet', { ...attempt, wasTried: true });
      return afterInsert(attempt, result);
    });
    return goOn('eachInTurn', parts);
  },

  /** What remains to do for each bet of a group. */
  *eachInTurn(parts: (Answer | Next)[]): Program {
    for (const [place, part] of parts.entries()) {
      if ('kind' in part) continue;
      const program = programs[part.program as keyof typeof programs];
      const after = yield* (program as (...given: unknown[]) => Program)(...part.given);
      return goOn('eachInTurn', parts.with(place, after));
    }
    return { kind: 'group', answers: parts.filter((part) => 'kind' in part) };
  },

  /** The bet met another writer at its fence. */
  *widenAndTryAgain({ request, tryNumber, fences }: Attempt): Program {
    if (tryNumber === PLACE_TRIES) return { kind: 'unavailable' };
    const remembers = fences < MOST_FENCES ? yield* widen(fences) : fences;
    return goOn('placeBet', request, tryNumber + 1, remembers);
  },

  /**
   * A refusal is final when all fences are closed, and neither bet nor key is there or coming. An
   * event that takes bets after all was brought back: its process remembered wrongly.
   */
  *afterClosing(request: BetRequest, tryNumber: number, triedId: string | null): Program {
    const event = yield* findEvent();
    if (takesBets(event)) return tryAgain(request, tryNumber, null);
    if (triedId !== null || request.key !== null) {
      if (event.history.length === 0) yield* close(event.fences);
      const { bet, record } = yield* findPlaced(triedId, request.key);
      if (bet !== null) return goOn('withResult', bet, false);
      if (record !== null) return goOn('readPlaced', record, true);
    }
    return { kind: 'refused' };
  },

  /** The writes of a transaction are seen one by one: the bet may not be there yet. */
  *readPlaced(id: string, replayed: boolean): Program {
    const bet = yield* findBet(id);
    return bet === null ? { kind: 'unavailable' } : goOn('withResult', bet, replayed);
  },

  *withResult(bet: string, replayed: boolean): Program {
    const { history } = yield* findEvent();
    return { kind: 'taken', bet, replayed, version: history.length };
  },

  *settleEvent(put: PutRequest): Program {
    let event = yield* findEvent();
    const version = event.history.length;
    const wasPutInForce = event.history.some(({ id }) => id === put.decision.id);
    if (wasPutInForce) return goOn('report', event);
    const { ifVersion, decision } = put;
    const isInForce = event.history.at(-1)?.outcome === decision.outcome;
    if (isInForce && (ifVersion ?? version) <= version) return goOn('report', event);
    if (ifVersion !== null && ifVersion !== version) return { kind: 'mismatch' };
    if (version > 0) return goOn('putInForce', put, version, event.bets);
    if (!event.exists) event = yield* enlist();
    if (event.history.length > 0) return goOn('settleEvent', put);
    const noted = yield* noteIntent(decision);
    return noted ? goOn('closeAndPutInForce', put, noted.fences) : goOn('settleEvent', put);
  },

  /** The number of fences is final: it was read with an intent or after it. */
  *closeAndPutInForce(put: PutRequest, fences: number): Program {
    const bets = yield* close(fences);
    return goOn('putInForce', put, 0, bets);
  },

  *putInForce(put: PutRequest, from: number, bets: number): Program {
    const event = yield* setResult(put.decision, from, bets);
    const answers = put.by !== 'resumer';
    if (event === null) return answers ? goOn('settleEvent', put) : { kind: 'swept' };
    if (put.sweeps && event.state === 'settling') {
      const { outcome } = put.decision;
      return goOn('sweep', { version: event.history.length, outcome, event, answers });
    }
    return answers ? goOn('report', event) : { kind: 'swept' };
  },

  /** Fences are swept again while the index shows fewer bets than they counted. */
  *sweep(job: Job): Program {
    const fences = yield* findFences(job.event.fences);
    const toSweep = fences.flatMap(({ placed, sweptVersion, number }) => {
      return placed > 0 && sweptVersion < job.version ? [{ fence: number, placed }] : [];
    });
    return goOn('walk', job, toSweep, 1);
  },

  *walk(job: Job, fences: { fence: number; placed: number }[], walk: number): Program {
    const done: number[] = [];
    for (const { fence, placed } of fences) {
      let settled = 0;
      for (const id of yield* oldestIds(fence)) {
        if (yield* storeResult(id, job)) settled += 1;
      }
      if (settled >= placed) done.push(fence);
    }
    const behind = fences.filter(({ fence }) => !done.includes(fence));
    if (behind.length === 0) return goOn('finish', job);
    for (const fence of done) yield* markSwept(fence, job.version);
    if (walk < MAX_WALKS) return goOn('walk', job, behind, walk + 1);
    return job.answers ? goOn('report', job.event) : { kind: 'swept' };
  },

  *finish(job: Job): Program {
    yield* finishSettlement(job.version);
    return job.answers ? goOn('report', { ...job.event, state: 'settled' }) : { kind: 'swept' };
  },

  /** Carries on what somebody left behind. */
  *resumeSettlements(): Program {
    const event = yield* findUnfinished();
    if (event === null) return { kind: 'swept' };
    const { history, intent } = event;
    const outcome = history.at(-1)?.outcome;
    if (outcome !== undefined) {
      return goOn('sweep', { version: history.length, outcome, event, answers: false });
    }
    if (intent === null) return { kind: 'swept' };
    const put = { by: 'resumer', decision: intent, ifVersion: null, sweeps: true };
    return goOn('closeAndPutInForce', put, event.fences);
  },

  *readEvent(): Program {
    return goOn('report', yield* findEvent());
  },

  *report({ history, state, bets, fences }: EventItem): Program {
    const told = { kind: 'event', history, state, bets } as const;
    if (state === 'settled') return { ...told, settled: bets };
    if (state === 'open') return { ...told, bets: yield* countBets(fences), settled: 0 };
    const swept = (yield* findFences(fences)).filter(
      (fence) => fence.sweptVersion >= history.length,
    );
    return { ...told, settled: swept.reduce((sum, { placed }) => sum + placed, 0) };
  },

  /** Bets are read before their results. */
  *readBets(): Program {
    const ids = yield* read('list the bets', ({ bets }) => bets.map(({ id }) => id));
    const { history } = yield* findEvent();
    return { kind: 'bets', bets: ids.map((id) => ({ id, version: history.length })) };
  },
};
