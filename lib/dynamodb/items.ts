import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { PlacedBet, Result } from '../bets/bet.ts';
import type { EventRecord, Fence, Settlement } from '../bets/event.ts';
import { shardOf } from '../bets/ids.ts';
import type { BetsBehindFence } from '../bets/store.ts';

/** How records are spelled in the tables. What comes from a table is parsed here before use. */

/** The document client reads every number as a bigint. */
const count = z.codec(z.bigint(), z.int().min(0), { decode: Number, encode: BigInt });
const instant = z.codec(z.iso.datetime(), z.number(), {
  decode: (text) => Date.parse(text),
  encode: toInstant,
});
const outcome = z.enum(['WIN', 'LOSE']);

export function toInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function eventFenceKey({ eventId, fence }: BetsBehindFence): string {
  return `${eventId}#${fence}`;
}

/** Where an event is in the list of events: spread evenly, so that no key is hot. */
export function shardOfEvent(eventId: string): string {
  return createHash('sha256').update(eventId).digest('hex').slice(0, 1);
}

/** A bet as it is stored. */
export const betItem = z
  .object({
    betId: z.string(),
    eventId: z.string(),
    amountMinor: z.bigint(),
    placedAt: instant,
  })
  .transform(({ betId: id, ...bet }): PlacedBet => ({ id, ...bet }));

/** A bet as it is first stored; `outcomeVersion` 0 is older than any result. */
export function newBetItem({ id, placedAt, ...bet }: PlacedBet, fence: number) {
  return {
    ...bet,
    shard: shardOf(id),
    betId: id,
    fence,
    eventFence: eventFenceKey({ eventId: bet.eventId, fence }),
    placedAt: toInstant(placedAt),
    status: 'pending',
    outcomeVersion: 0,
  };
}

/** A bet as its index holds it. */
export const betKeyItem = z.object({ betId: z.string() });

export const fenceItem = z
  .object({
    eventFence: z.string(),
    placed: count.default(0),
    stakedMinor: z.bigint().default(0n),
    sweptVersion: count.default(0),
  })
  .transform(({ eventFence, ...fence }): Fence => {
    return { number: Number(eventFence.slice(eventFence.lastIndexOf('#') + 1)), ...fence };
  });

export const decisionItem = z.object({
  id: z.string(),
  outcome,
  decidedAt: instant,
  decidedBy: z.string().optional(),
});
export const verdictItem = decisionItem.extend({ version: count });

export const settlementItem: z.ZodType<Settlement> = z.object({
  outcome,
  decidedAt: instant,
  version: count,
  state: z.enum(['settling', 'settled']),
  bets: count,
  stakedMinor: z.bigint(),
  history: z.array(verdictItem),
  asideSince: instant.optional(),
});

const bareEventItem = z.looseObject({
  eventId: z.string(),
  listKey: z.string(),
  fences: count,
  intent: decisionItem.optional(),
  version: z.bigint().optional(),
});

export const eventItem = bareEventItem.transform(
  ({ eventId, listKey, fences, intent, version, ...item }): EventRecord => ({
    eventId,
    listKey,
    fences,
    ...(intent !== undefined && { intent }),
    ...(version !== undefined && { settlement: settlementItem.parse({ version, ...item }) }),
  }),
);

/** An event's result in force, if it has one. */
export const resultItem = z
  .object({ eventId: z.string(), outcome: outcome.optional(), decidedAt: instant.optional() })
  .transform(({ eventId, outcome: decided, decidedAt }): [string, Result] | undefined => {
    if (decided === undefined || decidedAt === undefined) return undefined;
    return [eventId, { outcome: decided, decidedAt }];
  });

/** An event as the list of events and the indexes hold it. */
export const listedItem = z.object({ eventId: z.string(), listKey: z.string() });

/** What a store says of its tables. */
export const layoutItem = z.object({ layout: count });

export const keyItem = z.object({ key: z.string(), betId: z.string(), requestHash: z.string() });
