import * as z from 'zod';
import {
  type AmountFault,
  amountFromDecimal,
  amountFromString,
  formatAmount,
  parseDecimal,
} from '../bets/amount.ts';
import type { Bet } from '../bets/bet.ts';
import { EVENT_STATES, type EventReport } from '../bets/event.ts';
import { isEventId } from '../bets/ids.ts';
import { MAX_EVENTS_PAGE } from '../bets/listEvents.ts';
import { MAX_PAGE } from '../bets/readBets.ts';
import { decodeBetCursor, decodeEventCursor } from './cursor.ts';
import { JsonNumber } from './jsonBody.ts';

/** The wire: the one definition of what comes in and what goes out. */

const jsonNumber = z.instanceof(JsonNumber);

const AMOUNT_FAULTS: Record<AmountFault, string> = {
  'not-a-decimal': 'must be a number or a decimal string such as "10.50"',
  'not-positive': 'must be greater than 0',
  'too-many-decimals': 'must have at most two decimals',
  'too-large': 'must be at most 1000000000.00',
};

/** `"10.50"`, `10.5` or `1e1`: minor units inside. A number is judged by the digits that were sent. */
const amount = z
  .union([z.string(), jsonNumber], { error: AMOUNT_FAULTS['not-a-decimal'] })
  .transform((given, context): bigint => {
    const minor = typeof given === 'string' ? amountFromString(given) : amountFromNumber(given);
    if (typeof minor === 'bigint') return minor;
    context.addIssue({ code: 'custom', message: AMOUNT_FAULTS[minor] });
    return z.NEVER;
  });

function amountFromNumber({ source }: JsonNumber): bigint | AmountFault {
  const decimal = parseDecimal(source);
  return decimal === undefined ? 'not-a-decimal' : amountFromDecimal(decimal);
}

const EVENT_ID_RULE = 'must be 1 to 128 characters out of A-Z a-z 0-9 . _ : ~ -, not just . or ..';

const eventIdText = z.string({ error: EVENT_ID_RULE }).refine(isEventId, { error: EVENT_ID_RULE });

/** A text, or a safe integer that names the same event as its decimal string. */
const eventId = z
  .union([z.string(), jsonNumber], { error: `must be an integer, or ${EVENT_ID_RULE}` })
  .transform((given, context): string => {
    const text = typeof given === 'string' ? given : integerText(given);
    if (text !== undefined && isEventId(text)) return text;
    const message =
      text === undefined ? 'must be an integer between -(2^53 - 1) and 2^53 - 1' : EVENT_ID_RULE;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

function integerText({ source }: JsonNumber): string | undefined {
  const decimal = parseDecimal(source);
  const value = Number(source);
  if (decimal === undefined || decimal.exponent < 0 || !Number.isSafeInteger(value))
    return undefined;
  return BigInt(value).toString();
}

/** `eventId` is understood as `event_id`; giving both is a fault. */
function withEventIdAlias(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'eventId')) return body;
  if (Object.hasOwn(body, 'event_id')) return body;
  const { eventId: event_id, ...rest } = body as { eventId: unknown };
  return { event_id, ...rest };
}

export const placeBetBody = z.preprocess(
  withEventIdAlias,
  z.strictObject({ event_id: eventId, amount }, { error: 'must be an object' }),
);

/** RFC 8941 string or bare token: 1 to 255 visible ASCII characters without quotes or backslashes. */
const IDEMPOTENCY_KEY = /^(?:"([!#-[\]-~]{1,255})"|([!#-[\]-~]{1,255}))$/;

export const placeBetHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(IDEMPOTENCY_KEY, 'must be 1 to 255 visible characters, bare or in double quotes')
    .transform((text) => text.replaceAll('"', ''))
    .optional(),
});

/** How many a page may have at most, and has unless the client wants fewer. */
function limitUpTo(most: number) {
  const error = `must be an integer from 1 to ${most}`;
  return z
    .string()
    .regex(/^\d{1,4}$/, error)
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, { error })
    .default(most);
}

export const betStatus = z.enum(['pending', 'won', 'lost'], {
  error: 'must be pending, won or lost',
});

export const listBetsQuery = z
  .strictObject({
    limit: limitUpTo(MAX_PAGE),
    cursor: z.string().optional(),
    event_id: eventIdText.optional(),
    status: betStatus.optional(),
  })
  .transform(({ cursor, ...query }, context) => {
    if (cursor === undefined) return { ...query, before: undefined };
    const before = decodeBetCursor(cursor, query.event_id);
    if (before !== undefined) return { ...query, before };
    const message = 'must be a cursor from the Link header of a page with the same event_id';
    context.addIssue({ code: 'custom', path: ['cursor'], message });
    return z.NEVER;
  });

export const eventState = z.enum(EVENT_STATES, { error: 'must be open, settling or settled' });

export const listEventsQuery = z
  .strictObject({
    limit: limitUpTo(MAX_EVENTS_PAGE),
    cursor: z.string().optional(),
    state: eventState.optional(),
  })
  .transform(({ cursor, ...query }, context) => {
    if (cursor === undefined) return { ...query, before: undefined };
    const before = decodeEventCursor(cursor, query.state);
    if (before !== undefined) return { ...query, before };
    const message = 'must be a cursor from the Link header of a page with the same state';
    context.addIssue({ code: 'custom', path: ['cursor'], message });
    return z.NEVER;
  });

/** Any text may be asked for; only a UUID can be there (RFC 9562 §4: either case is the same). */
export const betPath = z.object({ id: z.string().transform((text) => text.toLowerCase()) });

export const eventPath = z.object({ event_id: eventIdText });

export const outcome = z.enum(['WIN', 'LOSE'], { error: 'must be WIN or LOSE' });

export const settleEventBody = z.strictObject({ status: outcome }, { error: 'must be an object' });

const IF_MATCH = /^(?:W\/)?"[!#-~]*"(?:\s*,\s*(?:W\/)?"[!#-~]*")*$/;

/** RFC 9110 §13.1.1: `*` or entity tags, compared strongly, so that a weak one matches nothing. */
export const settleEventHeaders = z.object({
  'if-match': z
    .string()
    .refine((text) => text === '*' || IF_MATCH.test(text), {
      error: 'must be * or a list of entity tags such as "1"',
    })
    .transform((text): readonly number[] | 'any' => (text === '*' ? 'any' : versionsIn(text)))
    .optional(),
});

function versionsIn(entityTags: string): number[] {
  const strong = entityTags
    .split(/\s*,\s*/)
    .flatMap((tag) => /^"(0|[1-9]\d{0,8})"$/.exec(tag)?.[1] ?? []);
  return strong.map(Number);
}

export const betBody = z.object({
  id: z.string(),
  event_id: z.string(),
  amount: z.string(),
  status: betStatus,
  placed_at: z.iso.datetime(),
  settled_at: z.iso.datetime().optional(),
});

export const betListBody = z.array(betBody);

export const eventBody = z.object({
  event_id: z.string(),
  status: outcome.nullable(),
  version: z.int(),
  state: eventState,
  bets: z.object({ total: z.int(), settled: z.int(), staked: z.string() }),
  history: z.array(z.object({ status: outcome, version: z.int(), decided_at: z.iso.datetime() })),
});

export const eventListBody = z.array(eventBody);

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
