import type { Mending } from '../../lib/dynamodb/wholeTables.ts';
import type { Page } from './book.ts';
import { judgeFences } from './fences.ts';
import type { Event } from './items.ts';
import { FENCE_NUMBERS, shardOf, type Violation } from './rules.ts';

/** Holds an event against its fences, its bets and the list of events. `now` is an instant. */
export function* judgeEvent(page: Page, now: string): Generator<Violation> {
  const { event, isUnreadable } = page;
  if (isUnreadable) return;
  if (event === undefined) {
    // An entry alone is what is left of a request that ended before it stored the event.
    if (page.behind.size > 0) yield missing(page, now);
    return;
  }
  yield* judgeList(page, event);
  yield* judgeState(event);
  yield* judgeHistory(event);
  yield* judgeCounts(page, event);
  yield* judgeFences(page, event);
}

const whereIs = (eventId: string) => ({ table: 'events', key: { eventId } }) as const;

/** Bets or fences of an event that nobody knows. Without an entry its first bet says its place. */
function missing(page: Page, now: string): Violation {
  const { eventId, behind, firstBetAt, strayListKey } = page;
  const bets = [...behind.values()].reduce((sum, { placed }) => sum + placed, 0n);
  const listKey = strayListKey ?? `${firstBetAt ?? now} ${eventId}`;
  const most = Math.max(...behind.keys());
  const fences = BigInt(FENCE_NUMBERS.find((number) => number > most) ?? 64);
  const shard = shardOf(eventId);
  const to = { listKey, fences, stateShard: `no-result#${shard}` };
  const enlisting: Mending[] = [
    ...(strayListKey === undefined ? [listing(eventId, listKey)] : []),
    { ...whereIs(eventId), was: undefined, to },
  ];
  const detail = `it has ${behind.size} fences and ${bets} bets, and is not there itself`;
  return { kind: 'event-missing', ...whereIs(eventId), detail, mendings: enlisting };
}

function listing(eventId: string, listKey: string): Mending {
  const key = { shard: shardOf(eventId), listKey };
  return { table: 'eventList', key, was: undefined, to: { eventId } };
}

function* judgeList({ isListed }: Page, { eventId, listKey }: Event): Generator<Violation> {
  if (isListed) return;
  const detail = `the list of events has no entry ${JSON.stringify(listKey)}`;
  const mendings = [listing(eventId, listKey)];
  yield { kind: 'event-not-listed', ...whereIs(eventId), detail, mendings };
}

/** What follows from whether it has an intent or a result. */
function* judgeState(event: Event): Generator<Violation> {
  const { eventId, intent, state, version = 0n } = event;
  const hasResult = version > 0n;
  const goesOn = hasResult ? state !== 'settled' : intent !== undefined;
  const to = {
    intent: hasResult ? undefined : intent,
    state: hasResult ? (state ?? 'settling') : undefined,
    unfinished: goesOn ? '1' : undefined,
    stateShard: `${hasResult ? 'result' : 'no-result'}#${shardOf(eventId)}`,
  };
  const wrong = Object.entries(to).filter(([name, value]) => event[name] !== value);
  if (wrong.length === 0) return;
  const told = wrong.map(([name, value]) => `${name} ${shown(event[name])}, not ${shown(value)}`);
  const mendings = [{ ...whereIs(eventId), was: event, to: Object.fromEntries(wrong) }];
  yield { kind: 'event-state', ...whereIs(eventId), detail: `it has ${told.join('; ')}`, mendings };
}

function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part));
}

/** Every result has the next version and is a change, and the last is in force. */
function* judgeHistory(event: Event): Generator<Violation> {
  const { eventId, history, version = 0n, outcome, decidedAt } = event;
  const isChange = history.every((verdict, index) => {
    const before = history[index - 1];
    return verdict.version === BigInt(index + 1) && verdict.outcome !== before?.outcome;
  });
  const last = history.at(-1);
  const isLast = last?.outcome === outcome && last?.decidedAt === decidedAt;
  const ids = new Set(history.map(({ id }) => id));
  const isWhole = version === BigInt(history.length) && ids.size === history.length;
  if (isChange && isLast && isWhole) return;
  const results = history.map((verdict) => `${verdict.version} ${verdict.outcome}`).join(', ');
  const detail = `its results are ${results || 'none'}; ${version} ${outcome ?? ''} is in force`;
  yield { kind: 'event-history', ...whereIs(eventId), detail };
}

function* judgeCounts({ behind }: Page, event: Event): Generator<Violation> {
  const { eventId, version = 0n, bets = 0n, stakedMinor = 0n } = event;
  if (version === 0n) return;
  const all = [...behind.values()];
  const placed = all.reduce((sum, each) => sum + each.placed, 0n);
  const staked = all.reduce((sum, each) => sum + each.stakedMinor, 0n);
  if (bets === placed && stakedMinor === staked) return;
  const detail =
    `it counts ${bets} bets of ${stakedMinor} minor units, ` +
    `and there are ${placed} of ${staked}`;
  const mendings = [{ ...whereIs(eventId), was: event, to: { bets: placed, stakedMinor: staked } }];
  yield { kind: 'event-count', ...whereIs(eventId), detail, mendings };
}
