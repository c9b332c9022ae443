import type { Guarantee, Violation } from '../simulation/promises.ts';
import type { Answer, Fence, Outcome, Tables } from './protocol.ts';

/** What clients were told so far, as far as it binds later answers. */
export interface Told {
  /** The newest result that was acknowledged. */
  version: number;
  /** The bet that was acknowledged for a wish. */
  taken: Record<string, string>;
  refused: string[];
}

export const NOTHING: Told = { version: 0, taken: {}, refused: [] };

export function tell(told: Told, { name }: Wish, answer: Answer): Told {
  switch (answer.kind) {
    case 'taken':
      return { ...told, taken: { ...told.taken, [name]: answer.bet } };
    case 'refused':
      return { ...told, refused: [...new Set([...told.refused, name])].sort() };
    case 'event':
      return { ...told, version: Math.max(told.version, answer.history.length) };
    case 'bets':
    case 'events':
    case 'mismatch':
    case 'done':
    case 'failed':
    case 'unavailable':
      return told;
  }
}

/** What was so when a request began. */
export interface Since {
  tryNumber: number;
  told: Told;
  /** The version that was in force. */
  version: number;
}

/** What the client of an actor wants. */
export interface Wish {
  name: string;
  hasKey: boolean;
  outcome?: Outcome;
  /** Only over this version. */
  ifVersion?: number | null;
}

function violation(guarantee: Guarantee, detail: string): Violation {
  return { guarantee, detail };
}

const NO_FENCE: Fence = { placed: 0, closed: false, sweptVersion: 0 };

/** What holds in every state of the tables, and of every step from one to the next. */
export function* checkTables(before: Tables, after: Tables): Generator<Violation> {
  const { entries, event, fences, bets, transactions } = after;
  const { history, state } = event;
  const version = history.length;
  for (const bet of bets) {
    const earlier = before.bets.find(({ id }) => id === bet.id);
    if (earlier !== undefined && bet.version < earlier.version)
      yield violation(7, `${bet.id} fell`);
    const fits = bet.outcome === (history[bet.version - 1]?.outcome ?? null);
    if (!fits) yield violation(10, `${bet.id} has a result that nobody gave`);
    const twice = bets.some(({ id, wish }) => id !== bet.id && wish === bet.wish);
    if (twice) yield violation(2, `${bet.wish} has two bets`);
  }
  const ids = new Set(history.map(({ id }) => id));
  const unchanged = history.some(({ outcome }, index) => outcome === history[index - 1]?.outcome);
  if (ids.size < version || unchanged) yield violation(5, 'a version changes nothing, or repeats');
  const olderHistory = before.event.history;
  if (olderHistory.some(({ id }, index) => history[index]?.id !== id)) {
    yield violation(5, 'a version was replaced');
  }
  const stored = bets.filter((bet) => bet.version >= version).length;
  if (state === 'settled' && (stored < event.bets || stored < bets.length)) {
    yield violation(9, `the event is settled with ${stored} of ${bets.length} bets stored`);
  }
  const isListed = event.listKey !== null && entries.includes(event.listKey);
  for (const [index, item] of fences.entries()) {
    const own = bets.filter(({ fence }) => fence === index);
    const { sweptVersion, placed, closed } = item ?? NO_FENCE;
    if (item !== null && index >= event.fences) {
      yield violation(13, `fence ${index} exists, and the event does not know it`);
    }
    if (item !== null && !isListed) yield violation(14, `fence ${index} exists without an entry`);
    if (own.some((bet) => bet.version < sweptVersion)) {
      yield violation(9, `fence ${index} is marked and a bet behind it is not stored`);
    }
    if (closed && version === 0 && event.intent === null) {
      yield violation(8, `fence ${index} is closed and nobody will give a result`);
    }
    if (transactions.length > 0) continue;
    if (own.length !== placed) yield violation(13, `fence ${index} counts ${placed} bets`);
  }
  if (transactions.length === 0 && version > 0 && bets.length !== event.bets) {
    yield violation(13, `the result decides ${event.bets} of ${bets.length} bets`);
  }
  if (event.fences < before.event.fences) yield violation(13, 'the event has lost fences');
  if (!isListed && bets.length + version > 0) yield violation(14, 'the event is not listed');
}

/** What the tables owe to what clients were told. */
export function* checkTold(told: Told, { bets, event }: Tables): Generator<Violation> {
  const ids = new Set(bets.map(({ id }) => id));
  for (const id of Object.values(told.taken)) {
    if (!ids.has(id)) yield violation(1, `the acknowledged bet ${id} does not exist`);
  }
  for (const wish of told.refused) {
    if (wish in told.taken) yield violation(11, `${wish} was refused and taken`);
    const exists = bets.some((bet) => bet.wish === wish);
    if (exists) yield violation(3, `the refused bet of ${wish} exists`);
  }
  if (event.history.length < told.version) yield violation(4, 'an acknowledged result is gone');
}

/** Whether an answer is true, given what was so when its request began. */
export function* checkAnswer(
  answer: Answer,
  { name: wish, outcome, ifVersion }: Wish,
  { told, version: first, tryNumber }: Since,
  tables: Tables,
): Generator<Violation> {
  const late = (shown: number): Violation[] => [
    ...(shown < told.version ? [violation(4, `version ${shown} is shown after a later one`)] : []),
    ...(shown < first ? [violation(5, `version ${shown} is shown, ${first} was in force`)] : []),
  ];
  switch (answer.kind) {
    case 'taken': {
      const { bet, replayed, version } = answer;
      const before = told.taken[wish] ?? bet;
      if (before !== bet) yield violation(2, `${wish} is ${before} and ${bet}`);
      if (!replayed && told.version > 0) yield violation(3, `${bet} was taken late`);
      else yield* late(version);
      break;
    }
    case 'bets': {
      const { bets } = answer;
      if (new Set(bets.map(({ version }) => version)).size > 1) {
        yield violation(6, 'two results of the event are in one answer');
      }
      const shown = new Set(bets.map(({ id }) => id));
      const missed = Object.values(told.taken).filter((id) => !shown.has(id));
      if (missed.length > 0) yield violation(1, `${missed.join(', ')} is not in the list`);
      for (const { version } of bets) yield* late(version);
      break;
    }
    case 'event': {
      const { history, state, bets, settled } = answer;
      const version = history.length;
      yield* late(version);
      const stored = tables.bets.filter((bet) => bet.version >= version).length;
      const complete = state !== 'settled' || (settled === bets && stored >= bets);
      if (!complete || (version > 0 && settled > stored)) {
        yield violation(9, `${settled} of ${bets} bets are said to be settled, ${stored} are`);
      }
      const inForce = history.slice(Math.max(0, first - 1));
      if (outcome !== undefined && !inForce.some((verdict) => verdict.outcome === outcome)) {
        yield violation(5, `${outcome} is acknowledged and was not in force`);
      }
      break;
    }
    case 'events':
      if (answer.times > 1) yield violation(14, `the event is listed ${answer.times} times`);
      if (answer.times === 0 && (told.version > 0 || Object.keys(told.taken).length > 0)) {
        yield violation(14, 'the event is not in the list');
      }
      break;
    case 'mismatch': {
      const { history } = tables.event;
      if (history.length === ifVersion) {
        yield violation(5, `version ${ifVersion} is in force and is said not to be`);
      }
      // An earlier request may have put it in force, and others corrected it since.
      const isOwn = history.some(({ id }) => id === `${wish}${tryNumber}`);
      if (isOwn || history.at(-1)?.outcome === outcome) {
        yield violation(11, `${wish} was refused and is in force`);
      }
      break;
    }
    case 'refused': {
      const { intent, history } = tables.event;
      const isOpen = intent === null && history.length === 0;
      if (isOpen) yield violation(11, `${wish} was refused while the event took bets`);
      break;
    }
    case 'failed':
      yield violation(11, `${wish} met a fault of ours`);
      break;
    case 'done':
    case 'unavailable':
  }
}

/** When all have stopped, what was on its way has arrived, and one sweep has run. */
export function* checkAtRest({ event, fences, bets }: Tables): Generator<Violation> {
  const version = event.history.length;
  const behind = bets.filter((bet) => bet.version !== version);
  if (behind.length > 0) yield violation(8, `${behind[0]?.id} is left behind`);
  const isOpen = event.state === 'open' && !fences.some((fence) => fence?.closed);
  if (event.intent !== null || !(isOpen || event.state === 'settled')) {
    yield violation(8, 'the event is never finished');
  }
}

/** At rest, the same request with the same key has a final answer. */
export function* checkRetry(
  wish: string,
  answer: Answer | undefined,
  { taken, refused }: Told,
): Generator<Violation> {
  const isTaken = answer?.kind === 'taken';
  const before = taken[wish];
  if (answer === undefined || !(isTaken || answer.kind === 'refused')) {
    yield violation(11, `a retry of ${wish} is not answered`);
  } else if (before !== undefined && !(isTaken && answer.bet === before)) {
    yield violation(2, `a retry of ${wish} does not replay ${before}`);
  } else if (refused.includes(wish) && isTaken) {
    yield violation(11, `${wish} was refused, and a retry takes it`);
  }
}
