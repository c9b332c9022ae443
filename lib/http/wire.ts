import * as z from 'zod';
import { type AmountFault, formatAmount } from '../bets/amount.ts';
import type { Bet } from '../bets/bet.ts';
import { EVENT_STATES, type EventReport } from '../bets/event.ts';
import type { BetJson, EventJson } from './bodies.ts';
import type { Answer } from './call.ts';
import { hashOf } from './entityTags.ts';

/** The wire: what several calls take and answer. What one call alone takes stands with the call. */

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

const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function betToWire(bet: Bet): BetJson {
  return {
    id: bet.id,
    event_id: bet.eventId,
    amount: formatAmount(bet.amountMinor),
    status: bet.status,
    placed_at: timestamp(bet.placedAt),
    ...(bet.settledAt !== undefined && { settled_at: timestamp(bet.settledAt) }),
  };
}

export function eventToWire(event: EventReport): EventJson {
  const { eventId, outcome: status, version, state } = event;
  const { total, settled, stakedMinor } = event.bets;
  return {
    event_id: eventId,
    status,
    version,
    state,
    bets: { total, settled, staked: formatAmount(stakedMinor) },
    history: event.history.map((verdict) => ({
      status: verdict.outcome,
      version: verdict.version,
      decided_at: timestamp(verdict.decidedAt),
      ...(verdict.decidedBy !== undefined && { decided_by: verdict.decidedBy }),
    })),
  };
}

/**
 * With the event's entity tag, which is strong: it changes with the body. It begins with the
 * version of the result, which is what `If-Match` compares.
 */
export function eventAnswer(event: EventReport, status: number): Answer {
  const body = eventToWire(event);
  const etag = `"${event.version}-${hashOf(JSON.stringify(body))}"`;
  return { status, headers: { etag }, body };
}
