import * as z from 'zod';

/**
 * What the tables hold, written down a second time: what a service reads wrongly, its auditor must
 * not. Numbers come as bigint.
 */

const count = z.bigint().min(0n);
const outcome = z.enum(['WIN', 'LOSE']);
const instant = z.iso.datetime({ precision: 3 });
const decision = z.looseObject({ id: z.string(), outcome, decidedAt: instant });

export const bet = z.looseObject({
  shard: z.string(),
  betId: z.string().regex(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
  eventId: z.string().min(1),
  fence: z.bigint().min(0n).max(63n),
  eventFence: z.string(),
  amountMinor: z.bigint().min(1n).max(100_000_000_000n),
  placedAt: instant,
  status: z.enum(['pending', 'won', 'lost']),
  outcomeVersion: count,
  settledAt: instant.optional(),
});

export const fence = z.looseObject({
  eventFence: z.string().regex(/.#\d{1,2}$/su),
  placed: count.optional(),
  stakedMinor: count.optional(),
  closedAt: instant.optional(),
  sweptVersion: count.optional(),
});

export const event = z.looseObject({
  eventId: z.string().min(1),
  listKey: z.string(),
  fences: z.union([z.literal(1n), z.literal(4n), z.literal(16n), z.literal(64n)]),
  stateShard: z.string().optional(),
  intent: decision.optional(),
  unfinished: z.string().optional(),
  outcome: outcome.optional(),
  decidedAt: instant.optional(),
  version: count.optional(),
  state: z.enum(['settling', 'settled']).optional(),
  bets: count.optional(),
  stakedMinor: count.optional(),
  history: z.array(z.looseObject({ ...decision.shape, version: count })).default([]),
});

export const listEntry = z.looseObject({
  shard: z.string(),
  listKey: z.string(),
  eventId: z.string().min(1),
});

export const key = z.looseObject({
  key: z.string().min(1),
  betId: z.string(),
  requestHash: z.string(),
});

/** The layout of the tables that is written down here. */
export const KNOWN_LAYOUT = 2n;

export type Bet = z.output<typeof bet>;
export type Fence = z.output<typeof fence>;
export type Event = z.output<typeof event>;
