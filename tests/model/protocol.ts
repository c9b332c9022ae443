/**
 * The protocol of lib/bets on one event, small enough to try all orders of its steps. Read it from
 * the top: what is stored, what one call does to it, and the programs that make the calls. Each
 * call is one step. Between two steps all others may act, and a program may end for ever. This file
 * imports nothing, so that `mutants.ts` can break a copy of it.
 */

// ---- What is stored ----

/** An event begins with one fence, and is widened by one: 1, 4, 16, 64 are too many states. */
const WIDEST = 3;

export type Outcome = 'WIN' | 'LOSE';
export interface Decision {
  id: string;
  outcome: Outcome;
}
export interface EventItem {
  /** Where it stands in the list: when it was first known. Null: the item is not there. */
  listKey: string | null;
  /** How many it has. Final once there is an intent or a result. Some may not be there yet. */
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
  /** The list of events: list keys. Who loses the race to be first leaves one that nobody has. */
  entries: string[];
  event: EventItem;
  /** By their numbers; null: the item is not there. */
  fences: (Fence | null)[];
  bets: Bet[];
  keys: { key: string; bet: string }[];
  transactions: Transaction[];
}

/** With an event that is known and has so many fences, or without one. */
export function firstTables(fences: number): Tables {
  const listKey = fences > 0 ? 'long ago' : null;
  return {
    entries: listKey === null ? [] : [listKey],
    event: {
      ...{ listKey, fences, unfinished: false, intent: null },
      ...{ state: 'open', history: [], bets: 0 },
    },
    fences: Array.from({ length: WIDEST }, (_, fence) => (fence < fences ? newFence() : null)),
    ...{ bets: [], keys: [], transactions: [] },
  };
}

function newFence(): Fence {
  return { placed: 0, closed: false, sweptVersion: 0 };
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

/** An update makes the item if it is not there. */
function fenceOf(tables: Tables, fence: number): Fence {
  const item = tables.fences[fence] ?? newFence();
  tables.fences[fence] = item;
  return item;
}

function betOf(tables: Tables, id: string): Bet | undefined {
  return tables.bets.find((bet) => bet.id === id);
}

/** Bets come until there is an intent, and an intent goes only when a result comes. */
function takesBets({ intent, history }: EventItem): boolean {
  return intent === null && history.length === 0;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

function itemOf(change: Write): string {
  if (change.to === 'bet') return `bet ${change.bet.id}`;
  return change.to === 'key' ? `key ${change.key}` : `fence ${change.fence}`;
}

function isLocked({ transactions }: Tables, item: string): boolean {
  return transactions.some(({ writes }) => writes.some((change) => itemOf(change) === item));
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

/**
 * The store is brought back to what it was at first, in the middle of a PUT: the intent is noted,
 * and the fences are closed. Null at any other moment, in which a write may be torn apart.
 */
export function broughtBack(now: Tables, first: Tables): Tables | null {
  const { event, fences, transactions } = now;
  const areClosed = fences.slice(0, event.fences).every((fence) => fence?.closed);
  const isInPut = event.intent !== null && areClosed;
  return isInPut && transactions.length === 0 ? first : null;
}

/** Waits for a transaction; then whether it was carried out. */
function decided(id: string, wasCarriedOut: (tables: Tables) => boolean): Calls<boolean> {
  return call(`learn what became of the transaction of ${id}`, (tables) => {
    const goes = tables.transactions.some((transaction) => transaction.id === id);
    // The SDK sends it again with its token: "in progress" is no answer.
    if (goes) return [{ tables, reply: false, fault: 'the reply is lost on the way' }];
    return [{ tables, reply: wasCarriedOut(tables), final: wasCarriedOut(tables) }];
  });
}

function putEntry(listKey: string): Calls<void> {
  return update(`put ${listKey} in the list`, ({ entries }) => {
    if (!entries.includes(listKey)) entries.push(listKey);
    entries.sort();
  });
}

/** What somebody else has stored of it meanwhile stays. */
function putEvent(listKey: string): Calls<EventItem> {
  return update(`make the event known since ${listKey}`, ({ event }) => {
    event.listKey ??= listKey;
    event.fences = Math.max(event.fences, 1);
    return structuredClone(event);
  });
}

/** With these numbers. One that is there stays as it is. */
function* createFences(from: number, to: number): Calls<void> {
  for (const fence of upTo(to).slice(from)) {
    const create = (tables: Tables): void => void fenceOf(tables, fence);
    const possible = (tables: Tables) => {
      return [{ ...changed(tables, create), final: tables.fences[fence] !== null }];
    };
    yield* call(`create fence ${fence}`, possible, 'update');
  }
}

/** If it takes bets and has as many as were seen. As it is then; null: it is not there. */
function widenEvent(seen: number): Calls<EventItem | null> {
  return update(`widen the event from ${seen}`, ({ event }) => {
    const isOpen = takesBets(event);
    if (isOpen && event.fences === seen) event.fences = seen + 1;
    return event.listKey === null ? null : structuredClone(event);
  });
}

interface Inserted {
  kind:
    | ('inserted' | 'bet-exists' | 'key-taken' | 'fence-closed' | 'fence-missing' | 'contended')
    /** Only another bet of its group had a reason. */
    | 'innocent'
    /** The transaction has an item twice: the store takes none like it. */
    | 'invalid';
  /** What holds the key. */
  holder?: string;
}

/** All bets, their keys and one count in one transaction. If it is cancelled: why, for each bet. */
function* insert(requests: BetRequest[], fence: number): Calls<Inserted[]> {
  const name = requests.map(({ id }) => id).join(' and ');
  const refusals = yield* transact(`insert ${name} at fence ${fence}`, (tables) => {
    const count: Write = { to: 'fence', fence, bets: requests.length };
    const writes = [count, ...requests.flatMap((request) => writesOf(request, fence))];
    const items = writes.map(itemOf);
    const isValid = new Set(items).size === items.length;
    const free = (item: string): boolean => !isLocked(tables, item);
    const reasonOf = (request: BetRequest): Inserted => {
      const { id, key } = request;
      const betIsNew = betOf(tables, id) === undefined;
      const holder = tables.keys.find((record) => record.key === key)?.bet;
      const fenceItem = tables.fences[fence] ?? null;
      const fenceIsOpen = fenceItem?.closed !== true;
      if (free(`bet ${id}`) && !betIsNew) return { kind: 'bet-exists' };
      if (free(`key ${key}`) && holder !== undefined) return { kind: 'key-taken', holder };
      if (free(`fence ${fence}`) && fenceItem === null) return { kind: 'fence-missing' };
      if (free(`fence ${fence}`) && !fenceIsOpen) return { kind: 'fence-closed' };
      if (!isValid) return { kind: 'invalid' };
      const isInnocent = [count, ...writesOf(request, fence)].map(itemOf).every(free);
      return { kind: isInnocent ? 'innocent' : 'contended' };
    };
    const reasons = requests.map(reasonOf);
    if (reasons.some(({ kind }) => kind !== 'innocent')) return reasons;
    tables.transactions.push({ id: name, writes, begun: false });
    tables.transactions.sort((one, other) => (one.id < other.id ? -1 : 1));
    return null;
  });
  if (refusals !== null) return refusals;
  const areThere = (tables: Tables): boolean => {
    return requests.every(({ id }) => betOf(tables, id) !== undefined);
  };
  const inserted = yield* decided(name, areThere);
  return requests.map(() => ({ kind: inserted ? 'inserted' : 'contended' }));
}

function writesOf({ id, wish, key }: BetRequest, fence: number): Write[] {
  const bet: Write = { to: 'bet', bet: { id, wish, fence, outcome: null, version: 0 } };
  return key === null ? [bet] : [bet, { to: 'key', key, bet: id }];
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

/**
 * In any order, each as soon as no transaction holds it. Each shows what it has counted for good:
 * the sum is the number of bets.
 */
function* close(fences: number): Calls<number> {
  let [open, sum] = [upTo(fences), 0];
  while (open.length > 0) {
    const { closed, placed } = yield* closeOne(open);
    open = open.filter((fence) => fence !== closed);
    sum += placed;
  }
  return sum;
}

function closeOne(open: number[]) {
  const closing = (fence: number) => (tables: Tables) => {
    const item = fenceOf(tables, fence);
    item.closed = true;
    return { closed: fence, placed: item.placed };
  };
  const possible = (tables: Tables) => {
    const done = open.find((fence) => tables.fences[fence]?.closed);
    if (done !== undefined) return [{ ...changed(tables, closing(done)), final: true }];
    const free = open.filter((fence) => !isLocked(tables, `fence ${fence}`));
    return free.map((fence) => changed(tables, closing(fence)));
  };
  return call(`close one of the fences ${open.join(', ')}`, possible, 'update');
}

function findFences(count: number): Calls<(Fence | null)[]> {
  return read('read the fences', ({ fences }) => fences.slice(0, count));
}

function countBets(fences: number): Calls<number> {
  return read('count the bets', (tables) => {
    return tables.fences.slice(0, fences).reduce((sum, fence) => sum + (fence?.placed ?? 0), 0);
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

/** What placing a bet needs of it. */
function findOpen(): Calls<{ known: Known; isNew: boolean }> {
  return read('read the event', ({ event }) => {
    return { known: knownOf(event), isNew: event.listKey === null };
  });
}

/** What a refusal needs of it: the fences to close, none under a result. Null: it takes bets. */
function findClosed(): Calls<{ toClose: number } | null> {
  return read('read the event', ({ event }) => {
    const toClose = event.history.length > 0 ? 0 : event.fences;
    return takesBets(event) ? null : { toClose };
  });
}

function findUnfinished(): Calls<EventItem | null> {
  return read('read the event if it is unfinished', ({ event }) => {
    return event.unfinished ? event : null;
  });
}

/** The event as it is then. Null when there is a result, or the event is not there. */
function noteIntent(decision: Decision): Calls<EventItem | null> {
  return update(`note the intent ${decision.id}`, ({ event }) => {
    if (event.listKey === null || event.history.length > 0) return null;
    Object.assign(event, { intent: decision, unfinished: true });
    return structuredClone(event);
  });
}

/**
 * Compare and set: null when the event is not at version `from` any more. The first result needs
 * its own intent too: a store that was brought back has none, or another's, and open fences.
 */
function setResult(decision: Decision, from: number, bets: number): Calls<EventItem | null> {
  return update(`put ${decision.id} in force over version ${from}`, ({ event }) => {
    const atVersion = event.history.length === from;
    const isNoted = from > 0 || event.intent?.id === decision.id;
    if (!(atVersion && isNoted)) return null;
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

export interface BetRequest {
  /** The id of the bet that this request would place. */
  id: string;
  wish: string;
  key: string | null;
  /** Where it tries first. Each later try takes the next fence. */
  fence: number;
  /** Where an event has one fence for ever, there is less to try. */
  widens: boolean;
}
/** What a process remembers of the event: the number of its fences, or that it is closed. */
export type Known = number | 'closed';
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
  | { kind: 'unavailable' | 'refused' | 'mismatch' | 'done' }
  /** A 500: nobody has thought of this. */
  | { kind: 'failed' }
  | { kind: 'taken'; bet: string; replayed: boolean; version: number }
  | ({ kind: 'event'; settled: number } & Pick<EventItem, 'history' | 'state' | 'bets'>)
  | { kind: 'events'; times: number }
  | { kind: 'bets'; bets: { id: string; version: number }[] };
/** A program goes on as another one, and forgets what it knew. */
export interface Next {
  program: string;
  given: unknown[];
}
/** Several: the bets of a group part, and each goes on by itself. */
type Program = Generator<Call, Answer | Next | (Answer | Next)[]>;

const PLACE_TRIES = 2;
const MAX_WALKS = 2;

function goOn<Name extends keyof typeof programs>(
  program: Name,
  ...given: Parameters<(typeof programs)[Name]>
): Next {
  return { program, given };
}

function knownOf(event: EventItem): Known {
  return takesBets(event) ? event.fences : 'closed';
}

/** The entry comes before the event, and the event before its first fence. */
function* enlist(listKey: string): Calls<EventItem> {
  yield* putEntry(listKey);
  return yield* putEvent(listKey);
}

/** `mends`: somebody may have ended before the fences that the event has were created. */
function* admit(listKey: string, mends: boolean): Calls<Known> {
  const open = yield* findOpen();
  const known = open.isNew ? knownOf(yield* enlist(listKey)) : open.known;
  if (known !== 'closed' && (open.isNew || mends)) yield* createFences(0, known);
  return known;
}

/** Null: the event is not there any more. */
function* widen(seen: number): Calls<Known | null> {
  if (seen >= WIDEST) return seen;
  const event = yield* widenEvent(seen);
  if (event === null) return null;
  // Whoever learns the number before the fences are there creates them.
  const known = knownOf(event);
  if (known === seen + 1) yield* createFences(seen, known);
  return known;
}

/** The innocent go again as those do who met another writer: alone, since a half of two is one. */
function afterInsert(
  request: BetRequest,
  tryNumber: number,
  known: number,
  { kind, holder = '' }: Inserted,
): Answer | Next {
  const nextTry = tryNumber + 1;
  switch (kind) {
    case 'inserted':
      return { kind: 'taken', bet: request.id, replayed: false, version: 0 };
    case 'bet-exists':
      return goOn('readPlaced', request.id, false);
    case 'key-taken':
      return goOn('readPlaced', holder, true);
    case 'fence-closed':
      return goOn('afterClosing', request, tryNumber);
    case 'invalid':
      return { kind: 'failed' };
    case 'fence-missing':
    case 'contended':
    case 'innocent':
  }
  if (nextTry > PLACE_TRIES) return { kind: 'unavailable' };
  if (kind === 'fence-missing') return goOn('admitAgain', request, nextTry);
  if (kind === 'contended' && request.widens)
    return goOn('widenAndInsert', request, nextTry, known);
  return goOn('insertBets', [request], nextTry, known);
}

export const programs = {
  /** One bet, or those that waited in a process while it wrote others. */
  *placeBets(requests: BetRequest[], remembered: Known | null): Program {
    const listKey = requests.map(({ id }) => id).join(' and ');
    return goOn('insertBets', requests, 1, remembered ?? (yield* admit(listKey, false)));
  },

  /** A key that is in the group already waits until the group is done. */
  *insertBets(requests: BetRequest[], tryNumber: number, known: Known): Program {
    if (known === 'closed') {
      return requests.map((request) => goOn('afterClosing', request, tryNumber));
    }
    const keys = requests.map(({ key }) => key);
    const group = requests.filter(({ key }, place) => key === null || keys.indexOf(key) === place);
    const [first] = group;
    const fence = ((first?.fence ?? 0) + tryNumber - 1) % known;
    const inserted = yield* insert(group, fence);
    return requests.map((request) => {
      const result = inserted[group.indexOf(request)];
      if (result === undefined) return goOn('insertBets', [request], tryNumber, known);
      return afterInsert(request, tryNumber, known, result);
    });
  },

  *widenAndInsert(request: BetRequest, tryNumber: number, seen: number): Program {
    const known = yield* widen(seen);
    if (known === null) return goOn('admitAgain', request, tryNumber);
    return goOn('insertBets', [request], tryNumber, known);
  },

  *admitAgain(request: BetRequest, tryNumber: number): Program {
    return goOn('insertBets', [request], tryNumber, yield* admit(request.id, true));
  },

  /**
   * A fence is closed, or the event is remembered so. A refusal is final when no bet can come any
   * more, and neither bet nor key is there or coming. An earlier try may still be on its way.
   */
  *afterClosing(request: BetRequest, tryNumber: number): Program {
    const closed = yield* findClosed();
    if (closed === null) {
      if (tryNumber === PLACE_TRIES) return { kind: 'unavailable' };
      return goOn('admitAgain', request, tryNumber + 1);
    }
    const triedId = tryNumber > 1 ? request.id : null;
    if (triedId !== null || request.key !== null) {
      yield* close(closed.toClose);
      const { bet, record } = yield* findPlaced(triedId, request.key);
      if (bet !== null) return goOn('withResult', bet, false);
      if (record !== null) return goOn('readPlaced', record, true);
    }
    return { kind: 'refused' };
  },

  /** Somebody whose bet met another writer, and is placed elsewhere. */
  *widenEvent(seen: number): Program {
    yield* widen(seen);
    return { kind: 'done' };
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
    const event = yield* findEvent();
    const version = event.history.length;
    const wasPutInForce = event.history.some(({ id }) => id === put.decision.id);
    if (wasPutInForce) return goOn('report', event);
    const { ifVersion, decision } = put;
    const isInForce = event.history.at(-1)?.outcome === decision.outcome;
    if (isInForce && (ifVersion ?? version) <= version) return goOn('report', event);
    if (ifVersion !== null && ifVersion !== version) return { kind: 'mismatch' };
    if (version > 0) return goOn('putInForce', put, version, event.bets);
    return goOn('decideFirst', put, event.listKey === null);
  },

  /** No event with an intent gets wider: the number that the write returns is final. */
  *decideFirst(put: PutRequest, isNew: boolean): Program {
    const rivals = isNew ? (yield* enlist(put.by)).history : [];
    if (rivals.length > 0) return goOn('settleEvent', put);
    const noted = yield* noteIntent(put.decision);
    if (noted === null) return goOn('settleEvent', put);
    return goOn('closeAndPutInForce', put, noted.fences);
  },

  *closeAndPutInForce(put: PutRequest, fences: number): Program {
    return goOn('putInForce', put, 0, yield* close(fences));
  },

  *putInForce(put: PutRequest, from: number, bets: number): Program {
    const event = yield* setResult(put.decision, from, bets);
    const answers = put.by !== 'resumer';
    if (event === null) return answers ? goOn('settleEvent', put) : { kind: 'done' };
    if (put.sweeps && event.state === 'settling') {
      const { outcome } = put.decision;
      return goOn('sweep', { version: event.history.length, outcome, event, answers });
    }
    return answers ? goOn('report', event) : { kind: 'done' };
  },

  /** Fences are swept again while the index shows fewer bets than they counted. */
  *sweep(job: Job): Program {
    const fences = yield* findFences(job.event.fences);
    const toSweep = fences.flatMap((item, fence) => {
      const { placed, sweptVersion } = item ?? newFence();
      return placed > 0 && sweptVersion < job.version ? [{ fence, placed }] : [];
    });
    const placed = fences.reduce((sum, item) => sum + (item?.placed ?? 0), 0);
    return goOn('walk', job, toSweep, 1, placed === job.event.bets);
  },

  /** `isWhole`: the fences count what they did when the event was closed. */
  *walk(
    job: Job,
    fences: { fence: number; placed: number }[],
    walk: number,
    isWhole: boolean,
  ): Program {
    const done: number[] = [];
    for (const { fence, placed } of fences) {
      let settled = 0;
      for (const id of yield* oldestIds(fence)) {
        if (yield* storeResult(id, job)) settled += 1;
      }
      if (settled === placed) done.push(fence);
    }
    const behind = fences.filter(({ fence }) => !done.includes(fence));
    if (behind.length === 0 && isWhole) return goOn('finish', job);
    for (const fence of done) yield* markSwept(fence, job.version);
    if (behind.length > 0 && walk < MAX_WALKS) return goOn('walk', job, behind, walk + 1, isWhole);
    return job.answers ? goOn('report', job.event) : { kind: 'done' };
  },

  *finish(job: Job): Program {
    yield* finishSettlement(job.version);
    return job.answers ? goOn('report', { ...job.event, state: 'settled' }) : { kind: 'done' };
  },

  /** Carries on what somebody left behind. */
  *resumeSettlements(): Program {
    const event = yield* findUnfinished();
    if (event === null) return { kind: 'done' };
    const { history, intent } = event;
    const outcome = history.at(-1)?.outcome;
    if (outcome !== undefined) {
      return goOn('sweep', { version: history.length, outcome, event, answers: false });
    }
    if (intent === null) return { kind: 'done' };
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
    const items = yield* findFences(fences);
    const swept = items.filter((item) => (item?.sweptVersion ?? 0) >= history.length);
    return { ...told, settled: swept.reduce((sum, item) => sum + (item?.placed ?? 0), 0) };
  },

  /** Only an entry that its event has is shown. */
  *readEvents(): Program {
    const entries = yield* read('read the list of events', (tables) => tables.entries);
    const { listKey } = yield* findEvent();
    return { kind: 'events', times: entries.filter((entry) => entry === listKey).length };
  },

  /** Bets are read before their results. */
  *readBets(): Program {
    const ids = yield* read('list the bets', ({ bets }) => bets.map(({ id }) => id));
    const { history } = yield* findEvent();
    return { kind: 'bets', bets: ids.map((id) => ({ id, version: history.length })) };
  },
};
