import type { Outcome, Result } from './bet.ts';
import { isEventId } from './eventId.ts';

/** A fence counts the bets behind it and, once closed, lets no more through. */
export interface Fence {
  number: number;
  /** How many bets it has taken; final once it is closed. */
  placed: number;
  stakedMinor: bigint;
  /** The newest version that every bet behind it is known to be stored at; 0 before the first. */
  sweptVersion: number;
}

/** Fences of an event at most: writes to a hot event spread over them. */
const MAX_FENCES = 64;
/** How many times more fences an event gets when bets on it meet each other. */
const WIDENING = 4;

/** How many fences an event has after `fences`, or undefined when it has all. */
export function widened(fences: number): number | undefined {
  return fences < MAX_FENCES ? fences * WIDENING : undefined;
}

/** Versions an event can have: its history is one item, and an item must stay small. */
export const MAX_VERSIONS = 100;

/** Somebody's wish to put an outcome in force. The id tells a lost reply from a lost race. */
export interface Decision extends Result {
  id: string;
  /** Whose wish it is, where that is known. */
  decidedBy?: string | undefined;
}

/** A decision that was put in force. Versions count from 1. */
export interface Verdict extends Decision {
  version: number;
}

/** Every state that an event can be in. */
export const EVENT_STATES = ['open', 'settling', 'settled'] as const;
export type EventState = (typeof EVENT_STATES)[number];

/** How far the stored statuses have followed the result in force. */
export type SettlementState = Exclude<EventState, 'open'>;

/**
 * Where an event stands in the list of events: when it was first known, which never changes. Texts
 * that sort by that time; no two events have the same.
 */
export type ListKey = string;

export function listKeyOf(eventId: string, at: number): ListKey {
  return `${new Date(at).toISOString()} ${eventId}`;
}

const LIST_KEY_GRAMMAR = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z (.+)$/su;

export function isListKey(text: string): text is ListKey {
  return isEventId(LIST_KEY_GRAMMAR.exec(text)?.[1] ?? '');
}

/** An event with a result in force. */
export interface Settlement extends Result {
  version: number;
  state: SettlementState;
  /** The bets on the event, a final number. */
  bets: number;
  stakedMinor: bigint;
  /** Oldest first; the last is in force. */
  history: Verdict[];
  /** Since when its counts have not matched its bets, in milliseconds since the epoch. */
  asideSince?: number | undefined;
}

/** What is stored about an event: nothing yet in force but an intent, or a settlement. */
export interface EventRecord {
  eventId: string;
  listKey: ListKey;
  /** How many fences it has. Final once there is an intent or a settlement. */
  fences: number;
  /** A first result on its way: readers ignore it, `resumeSettlements` completes it. */
  intent?: Decision;
  settlement?: Settlement;
}

/** An event as a reader sees it. */
export interface EventReport {
  eventId: string;
  outcome: Outcome | null;
  /** 0 while there is no result. */
  version: number;
  state: EventState;
  bets: { total: number; settled: number; stakedMinor: bigint };
  history: Verdict[];
}

/** Whether no bet may be placed on an event any more. */
export function takesNoBets({ intent, settlement }: EventRecord): boolean {
  return intent !== undefined || settlement !== undefined;
}

export function totalsOf(fences: readonly Fence[]): Pick<Fence, 'placed' | 'stakedMinor'> {
  const placed = fences.reduce((sum, fence) => sum + fence.placed, 0);
  const stakedMinor = fences.reduce((sum, fence) => sum + fence.stakedMinor, 0n);
  return { placed, stakedMinor };
}

/** An event without a result, from its fences. */
export function openReport(eventId: string, fences: readonly Fence[]): EventReport {
  const { placed: total, stakedMinor } = totalsOf(fences);
  const bets = { total, settled: 0, stakedMinor };
  return { eventId, outcome: null, version: 0, state: 'open', bets, history: [] };
}

/** An event under a result. `fences` tell how far a settlement that goes on has come. */
export function settlementReport(
  eventId: string,
  { outcome, version, state, history, bets: total, stakedMinor }: Settlement,
  fences: readonly Fence[],
): EventReport {
  const swept = fences.filter((fence) => fence.sweptVersion >= version);
  const settled = state === 'settled' ? total : totalsOf(swept).placed;
  return { eventId, outcome, version, state, history, bets: { total, settled, stakedMinor } };
}
