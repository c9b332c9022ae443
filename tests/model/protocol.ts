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
  /** Whether it is in the list of events, and in the index of those that are not finished. */
  listed: boolean;
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
  | { to: 'fence'; fence: number; change: 'count' | 'close' }
  | { to: 'bet'; bet: Bet }
  | { to: 'key'; key: string; bet: string };
export interface Tables {
  event: EventItem;
  fences: Fence[];
  bets: Bet[];
  keys: { key: string; bet: string }[];
  transactions: Transaction[];
}

export function emptyTables(fences: number, listed: boolean): Tables {
  return {
    event: {
      ...{ listed, unfinished: false, intent: null },
      ...{ state: 'open', history: [], bets: 0 },
    },
    fences: Array.from({ length: fences }, () => ({ placed: 0, closed: false, sweptVersion: 0 })),
    ...{ bets: [], keys: [], transactions: [] },
  };
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

function fenceOf(tables: Tables, fence: number): Fence {
  const found = tables.fences[fence];
  if (found === undefined) throw new Error(`There is no fence ${fence}`);
  return found;
}

function betOf(tables: Tables, id: string): Bet | undefined {
  return tables.bets.find((bet) => bet.id === id);
}

function openFences(tables: Tables): number[] {
  return tables.fences.flatMap(({ closed }, fence) => (closed ? [] : [fence]));
}

function itemOf(change: Write): string {
  if (change.to === 'bet') return `bet ${change.bet.id}`;
  return change.to === 'key' ? `key ${change.key}` : `fence ${change.fence}`;
}

function isLocked({ transactions }: Tables, item: string): boolean {
  return transactions.some(({ writes }) => writes.some((change) => itemOf(change) === item));
}

function prepare(tables: Tables, id: string, writes: Write[]): void {
  if (writes.length > 0) tables.transactions.push({ id, writes, begun: false });
  tables.transactions.sort((one, other) => (one.id < other.id ? -1 : 1));
}

function apply(tables: Tables, change: Write): void {
  if (change.to === 'fence' && change.change === 'count') {
    fenceOf(tables, change.fence).placed += 1;
  } else if (change.to === 'fence') {
    fenceOf(tables, change.fence).closed = true;
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

/** Waits for a transaction; then whether it was carried out. */
function decided(id: string, wasCarriedOut: (tables: Tables) => boolean): Calls<boolean> {
  return call(`learn what became of the transaction of ${id}`, (tables) => {
    const goes = tables.transactions.some((transaction) => transaction.id === id);
    // The SDK sends it again with its token: "in progress" is no answer.
    if (goes) return [{ tables, reply: false, fault: 'the reply is lost on the way' }];
    return [{ tables, reply: wasCarriedOut(tables), final: wasCarriedOut(tables) }];
  });
}

function noteActivity(): Calls<void> {
  return update('list the event', ({ event }) => {
    event.listed = true;
  });
}

interface Inserted {
  kind: 'inserted' | 'bet-exists' | 'key-taken' | 'fence-closed' | 'contended';
  /** What holds the key. */
  holder?: string;
}

/** Bet, count and key in one transaction. */
function* insert(request: BetRequest, tryNumber: number): Calls<Inserted> {
  const { id, wish, key } = request;
  const refusal = yield* transact(`insert ${id}`, (tables): Inserted | null => {
    const fence = (request.fence + tryNumber - 1) % tables.fences.length;
    const writes: Write[] = [
      { to: 'fence', fence, change: 'count' },
      { to: 'bet', bet: { id, wish, fence, outcome: null, version: 0 } },
    ];
    if (key !== null) writes.push({ to: 'key', key, bet: id });
    const free = (item: string): boolean => !isLocked(tables, item);
    const betIsNew = betOf(tables, id) === undefined;
    const holder = tables.keys.find((record) => record.key === key)?.bet;
    const fenceIsOpen = !fenceOf(tables, fence).closed;
    if (free(`bet ${id}`) && !betIsNew) return { kind: 'bet-exists' };
    if (free(`key ${key}`) && holder !== undefined) return { kind: 'key-taken', holder };
    if (free(`fence ${fence}`) && !fenceIsOpen) return { kind: 'fence-closed' };
    if (!writes.map(itemOf).every(free)) return { kind: 'contended' };
    prepare(tables, id, writes);
    return null;
  });
  if (refusal !== null) return refusal;
  const inserted = yield* decided(id, (tables) => betOf(tables, id) !== undefined);
  return { kind: inserted ? 'inserted' : 'contended' };
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

/** In one transaction if no fence is locked; otherwise each as soon as it is not. */
function* close(by: string): Calls<void> {
  const areClosed = (tables: Tables): boolean => openFences(tables).length === 0;
  const closeAll = (tables: Tables): boolean => {
    const free = openFences(tables).every((fence) => !isLocked(tables, `fence ${fence}`));
    const closing = (fence: number): Write => ({ to: 'fence', fence, change: 'close' });
    if (free) prepare(tables, by, openFences(tables).map(closing));
    return free;
  };
  const prepared = yield* call(
    'close the fences in one transaction',
    (tables) => [{ ...changed(tables, closeAll), final: areClosed(tables) }],
    'transaction',
  );
  if (prepared && (yield* decided(by, areClosed))) return;
  const closeNext = (tables: Tables) => {
    const open = openFences(tables);
    const next = open.find((fence) => !isLocked(tables, `fence ${fence}`));
    if (next === undefined) return open.length > 0 ? [] : [{ tables, reply: false, final: true }];
    return [changed(tables, (copy) => (fenceOf(copy, next).closed = true))];
  };
  while (yield* call('close one more fence', closeNext, 'update'));
}

/** From the fences. */
function countBets(): Calls<number> {
  return call('count the bets', (tables) => {
    const reply = tables.fences.reduce((sum, { placed }) => sum + placed, 0);
    return [{ tables, reply, final: openFences(tables).length === 0 }];
  });
}

function findFences(): Calls<Fence[]> {
  return read('read the fences', ({ fences }) => fences);
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

function noteIntent(decision: Decision): Calls<boolean> {
  return update(`note the intent ${decision.id}`, ({ event }) => {
    const noResult = event.history.length === 0;
    if (noResult) Object.assign(event, { intent: decision, unfinished: true });
    return noResult;
  });
}

/** Compare and set: null when the event is not at version `from` any more. */
function setResult(decision: Decision, from: number, bets: number): Calls<EventItem | null> {
  return update(`put ${decision.id} in force over version ${from}`, ({ event }) => {
    const atVersion = event.history.length === from;
    if (!atVersion) return null;
    const state = bets > 0 ? 'settling' : 'settled';
    event.history.push(decision);
    Object.assign(event, { intent: null, state, unfinished: bets > 0, bets, listed: true });
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
  /** Its process noted a moment ago that the event takes bets. */
  listed: boolean;
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
  | { kind: 'unavailable' | 'refused' | 'mismatch' | 'swept' }
  | { kind: 'taken'; bet: string; replayed: boolean; version: number }
  | ({ kind: 'event'; settled: number } & Omit<EventItem, 'listed' | 'unfinished' | 'intent'>)
  | { kind: 'bets'; bets: { id: string; version: number }[] };
/** A program goes on as another one, and forgets what it knew. */
export interface Next {
  program: string;
  given: unknown[];
}
type Program = Generator<Call, Answer | Next>;

const PLACE_TRIES = 2;
const MAX_WALKS = 2;

function goOn<Name extends keyof typeof programs>(
  program: Name,
  ...given: Parameters<(typeof programs)[Name]>
): Next {
  return { program, given };
}

export const programs = {
  *placeBet(request: BetRequest): Program {
    if (!request.listed) yield* noteActivity();
    return goOn('insertBet', request, 1);
  },

  *insertBet(request: BetRequest, tryNumber: number): Program {
    const { kind, holder = '' } = yield* insert(request, tryNumber);
    switch (kind) {
      case 'inserted':
        return { kind: 'taken', bet: request.id, replayed: false, version: 0 };
      case 'bet-exists':
        return goOn('readPlaced', request.id, false);
      case 'key-taken':
        return goOn('readPlaced', holder, true);
      case 'fence-closed':
        return goOn('afterClosing', request, tryNumber > 1 ? request.id : null);
      case 'contended':
        if (tryNumber === PLACE_TRIES) return { kind: 'unavailable' };
        return goOn('insertBet', request, tryNumber + 1);
    }
  },

  /** A refusal is final when all fences are closed, and neither bet nor key is there or coming. */
  *afterClosing(request: BetRequest, triedId: string | null): Program {
    if (triedId !== null || request.key !== null) {
      const { history } = yield* findEvent();
      if (history.length === 0) yield* close(request.id);
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
    const event = yield* findEvent();
    const version = event.history.length;
    const wasPutInForce = event.history.some(({ id }) => id === put.decision.id);
    if (wasPutInForce) return goOn('report', event);
    const { ifVersion, decision } = put;
    const isInForce = event.history.at(-1)?.outcome === decision.outcome;
    if (isInForce && (ifVersion ?? version) <= version) return goOn('report', event);
    if (ifVersion !== null && ifVersion !== version) return { kind: 'mismatch' };
    if (version > 0) return goOn('putInForce', put, version, event.bets);
    const noted = yield* noteIntent(put.decision);
    return noted ? goOn('closeAndPutInForce', put) : goOn('settleEvent', put);
  },

  *closeAndPutInForce(put: PutRequest): Program {
    yield* close(put.by);
    return goOn('putInForce', put, 0, yield* countBets());
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
    const fences = yield* findFences();
    const toSweep = fences.flatMap(({ placed, sweptVersion }, fence) => {
      return placed > 0 && sweptVersion < job.version ? [{ fence, placed }] : [];
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
    return goOn('closeAndPutInForce', put);
  },

  *readEvent(): Program {
    return goOn('report', yield* findEvent());
  },

  *report({ history, state, bets }: EventItem): Program {
    const told = { kind: 'event', history, state, bets } as const;
    if (state === 'settled') return { ...told, settled: bets };
    if (state === 'open') return { ...told, bets: yield* countBets(), settled: 0 };
    const swept = (yield* findFences()).filter((fence) => fence.sweptVersion >= history.length);
    return { ...told, settled: swept.reduce((sum, { placed }) => sum + placed, 0) };
  },

  /** Bets are read before their results. */
  *readBets(): Program {
    const ids = yield* read('list the bets', ({ bets }) => bets.map(({ id }) => id));
    const { history } = yield* findEvent();
    return { kind: 'bets', bets: ids.map((id) => ({ id, version: history.length })) };
  },
};
