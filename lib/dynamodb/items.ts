import * as z from 'zod';
import type { PlacedBet, Result } from '../bets/bet.ts';
import type { Decision, EventRecord, Fence, Settlement, Verdict } from '../bets/event.ts';
import { shardOf } from '../bets/ids.ts';
import type {
  BetsBehindFence,
  IdempotencyRecord,
  ListedEvent,
  UnfinishedEvent,
} from '../bets/store.ts';

/** How records are spelled in the tables; what comes from a table is parsed here before use. */

const count = z.bigint().transform(Number).pipe(z.int().min(0));
const instant = z.iso.datetime().transform((text) => Date.parse(text));
const outcome = z.enum(['WIN', 'LOSE']);

export function toInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function eventFenceKey({ eventId, fence }: BetsBehindFence): string {
  return `${eventId}#${fence}`;
}

const betItem = z.object({
  betId: z.string(),
  eventId: z.string(),
  fence: count,
  amountMinor: z.bigint(),
  placedAt: instant,
});

export function betFromItem(item: unknown): PlacedBet {
  const { betId: id, ...bet } = betItem.parse(item);
  return { id, ...bet };
}

/** A bet as it is first stored; `outcomeVersion` 0 is older than any result. */
export function itemFromBet(bet: PlacedBet): Record<string, unknown> {
  return {
    shard: shardOf(bet.id),
    betId: bet.id,
    eventId: bet.eventId,
    fence: bet.fence,
    eventFence: eventFenceKey(bet),
    amountMinor: bet.amountMinor,
    placedAt: toInstant(bet.placedAt),
    status: 'pending',
    outcomeVersion: 0,
  };
}

const betKeyItem = z.object({ betId: z.string() });

export function betIdFromItem(item: unknown): string {
  return betKeyItem.parse(item).betId;
}

const fenceItem = z.object({
  eventFence: z.string(),
  placed: count.default(0),
  stakedMinor: z.bigint().default(0n),
  sweptVersion: count.default(0),
});

export function fenceFromItem(item: unknown): Fence {
  const { eventFence, ...fence } = fenceItem.parse(item);
  return { number: Number(eventFence.slice(eventFence.lastIndexOf('#') + 1)), ...fence };
}

const decision = z.object({ id: z.string(), outcome, decidedAt: instant });

const verdict = decision.extend({ version: count });

const settlement = z.object({
  outcome,
  decidedAt: instant,
  version: count,
  state: z.enum(['settling', 'settled']),
  bets: count,
  stakedMinor: z.bigint(),
  history: z.array(verdict),
});

const eventItem = z.object({
  eventId: z.string(),
  intent: decision.optional(),
  version: z.bigint().optional(),
});

const unfinishedItem = z.object({ eventId: z.string(), unfinishedSince: instant });

export function unfinishedFromItem(item: unknown): UnfinishedEvent {
  const { eventId, unfinishedSince: since } = unfinishedItem.parse(item);
  return { eventId, since };
}

const listedItem = z.object({ eventId: z.string(), activity: z.string() });

export function listedFromItem(item: unknown): ListedEvent {
  return listedItem.parse(item);
}

export function itemFromDecision({ id, outcome: decided, decidedAt }: Decision): object {
  return { id, outcome: decided, decidedAt: toInstant(decidedAt) };
}

export function itemFromVerdict(given: Verdict): object {
  return { ...itemFromDecision(given), version: given.version };
}

export function settlementFromItem(item: unknown): Settlement {
  return settlement.parse(item);
}

export function eventFromItem(item: unknown): EventRecord {
  const { eventId, intent, version } = eventItem.parse(item);
  return {
    eventId,
    ...(intent !== undefined && { intent }),
    ...(version !== undefined && { settlement: settlementFromItem(item) }),
  };
}

const resultItem = z.object({ eventId: z.string(), outcome, decidedAt: instant });

/** The result in force on an event; undefined for an event that has none yet. */
export function resultFromItem(item: Record<string, unknown>): [string, Result] | undefined {
  if (item['outcome'] === undefined) return undefined;
  const { eventId, ...result } = resultItem.parse(item);
  return [eventId, result];
}

const recordItem = z.object({ key: z.string(), betId: z.string(), requestHash: z.string() });

export function recordFromItem(item: unknown): IdempotencyRecord {
  return recordItem.parse(item);
}
