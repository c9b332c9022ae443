import * as z from 'zod';
import { type AmountFault, formatAmount } from '../bets/amount.ts';
import type { Bet } from '../bets/bet.ts';
import { EVENT_STATES, type EventReport } from '../bets/event.ts';
import { EVENT_ID_GRAMMAR, isEventId } from '../bets/ids.ts';

/** The wire: what several calls take and answer. What one call alone takes stands with the call. */

export const EVENT_ID_RULE =
  'must be 1 to 128 characters out of A-Z a-z 0-9 . _ : ~ -, not just . or ..';

export const eventIdText = z
  .string({ error: EVENT_ID_RULE })
  .refine(isEventId, { error: EVENT_ID_RULE })
  .meta({
    id: 'EventId',
    description: 'The id of an event. A number is written as its decimal text.',
    pattern: EVENT_ID_GRAMMAR.source,
  });

export const eventPath = z.object({ event_id: eventIdText });

export const betStatus = z
  .enum(['pending', 'won', 'lost'], { error: 'must be pending, won or lost' })
  .meta({ id: 'BetStatus', description: 'Where a bet stands.' });

export const eventState = z.enum(EVENT_STATES, { error: 'must be open, settling or settled' });

export const outcome = z
  .enum(['WIN', 'LOSE'], { error: 'must be WIN or LOSE' })
  .meta({ id: 'Outcome', description: '`WIN` if the first team won, `LOSE` if it lost or drew.' });

export const AMOUNT_FAULTS: Record<AmountFault, string> = {
  'not-a-decimal': 'must be a number or a decimal string such as "10.50"',
  'not-positive': 'must be greater than 0',
  'too-many-decimals': 'must have at most two decimals',
  'too-large': 'must be at most 1000000000.00',
};

const WIRE_AMOUNT = { pattern: /^\d+\.\d{2}$/.source, examples: ['10.50'] };

export const betBody = z
  .object({
    id: z.string().meta({
      format: 'uuid',
      description: 'A UUID version 7, so ids sort by the time of placing.',
    }),
    event_id: z.string().meta({ description: 'The event as a text, however it was sent.' }),
    amount: z.string().meta(WIRE_AMOUNT),
    status: betStatus,
    placed_at: z.iso.datetime(),
    settled_at: z.iso.datetime().optional().meta({
      description: 'When the result that decides the bet was given. A pending bet has none.',
    }),
  })
  .meta({ id: 'Bet' });

export const betListBody = z
  .array(betBody)
  .meta({ id: 'BetList', description: 'Bets, newest first.' });

export const eventBody = z
  .object({
    event_id: z.string(),
    status: outcome.nullable().meta({ description: 'The result in force, or null.' }),
    version: z.int().meta({
      description: 'How many results it has had; the entity tag in `ETag`.',
    }),
    state: eventState.meta({
      description:
        '`open`: no result. `settling`: the result is in force for every reader, but not every ' +
        'bet is stored with it yet. `settled`: every bet is.',
    }),
    bets: z.object({
      total: z.int().meta({ description: 'Bets that were placed.' }),
      settled: z.int().meta({ description: 'Bets that are stored under the result.' }),
      staked: z.string().meta({ ...WIRE_AMOUNT, description: 'The sum of all stakes.' }),
    }),
    history: z
      .array(z.object({ status: outcome, version: z.int(), decided_at: z.iso.datetime() }))
      .meta({ description: 'Every result, oldest first.' }),
  })
  .meta({
    id: 'Event',
    description: 'A sporting event: its result, its bets, and how far they are stored as settled.',
  });

export const eventListBody = z
  .array(eventBody)
  .meta({ id: 'EventList', description: 'Events, newest activity first.' });

const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function betToWire(bet: Bet): z.infer<typeof betBody> {
  return {
    id: bet.id,
    event_id: bet.eventId,
    amount: formatAmount(bet.amountMinor),
    status: bet.status,
    placed_at: timestamp(bet.placedAt),
    ...(bet.settledAt !== undefined && { settled_at: timestamp(bet.settledAt) }),
  };
}

export function eventToWire(event: EventReport): z.infer<typeof eventBody> {
  const { total, settled, stakedMinor } = event.bets;
  return {
    event_id: event.eventId,
    status: event.outcome,
    version: event.version,
    state: event.state,
    bets: { total, settled, staked: formatAmount(stakedMinor) },
    history: event.history.map((verdict) => ({
      status: verdict.outcome,
      version: verdict.version,
      decided_at: timestamp(verdict.decidedAt),
    })),
  };
}

/** The entity tag of an event: the version that `If-Match` compares (RFC 9110 §8.8.3). */
export function eventTag({ version }: EventReport): string {
  return `"${version}"`;
}
