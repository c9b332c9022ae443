import * as z from 'zod';
import { amountFromDecimal, amountFromString, parseDecimal } from '../../bets/amount.ts';
import { placeBet as place } from '../../bets/placeBet.ts';
import { betBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall, invalid } from '../call.ts';
import { eventIdOrNumber } from '../eventIds.ts';
import { byNumber, byText, EVENT_ID, withKey } from '../examples.ts';
import { JsonNumber } from '../jsonScan.ts';
import { AMOUNT_FAULTS, betToWire } from '../wire.ts';

const AMOUNT_TEXT = /^(?!0(?:\.0{1,2})?$)(?:(?:0|[1-9]\d{0,8})(?:\.\d{1,2})?|10{9}(?:\.0{1,2})?)$/;

/** `"10.50"`, `10.5` or `1e1`: minor units inside. A number is judged by its digits as sent. */
const amount = z
  .union([z.string(), z.instanceof(JsonNumber)], { error: AMOUNT_FAULTS['not-a-decimal'] })
  .transform((given, context): bigint => {
    const minor = typeof given === 'string' ? amountFromString(given) : amountFromNumber(given);
    if (typeof minor === 'bigint') return minor;
    context.addIssue({ code: 'custom', message: AMOUNT_FAULTS[minor] });
    return z.NEVER;
  })
  .meta({
    id: 'Amount',
    description:
      'A stake: more than 0, at most 1000000000.00, with at most two decimals. A number is read ' +
      'by the digits that are sent, never as a float.',
    anyOf: [
      { type: 'string', pattern: AMOUNT_TEXT.source },
      { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000_000 },
    ],
  });

function amountFromNumber({ source }: JsonNumber): ReturnType<typeof amountFromString> {
  const decimal = parseDecimal(source);
  return decimal === undefined ? 'not-a-decimal' : amountFromDecimal(decimal);
}

const bet = z.strictObject({ event_id: eventIdOrNumber, amount }, { error: 'must be an object' });

/** `eventId` is understood as `event_id`; giving both is a fault. */
function withEventIdAlias(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('eventId' in body)) return body;
  if (!Object.hasOwn(body, 'eventId') || Object.hasOwn(body, 'event_id')) return body;
  const { eventId: event_id, ...rest } = body;
  return { event_id, ...rest };
}

/**
 * RFC 8941 string or bare token: 1 to 255 visible ASCII characters, no quotes or backslashes. No
 * comma either: gateways and proxies put one between the values of a header that is sent twice, and
 * two keys are no key.
 */
const IDEMPOTENCY_KEY = /^(?:"([!#-+\--[\]-~]{1,255})"|([!#-+\--[\]-~]{1,255}))$/;
const KEY_RULE =
  'must be one key of 1 to 255 visible characters, no comma, bare or in double quotes';

export const placeBet = defineCall({
  name: 'placeBet',
  method: 'POST',
  path: '/bets',
  request: {
    headers: z.object({
      'idempotency-key': z
        .string()
        .regex(IDEMPOTENCY_KEY, KEY_RULE)
        .transform((text) => text.replaceAll('"', ''))
        .optional()
        .meta({
          id: 'IdempotencyKey',
          description:
            'Requests with the same key place one bet, however often and however late they come. ' +
            'A key never expires. It may be in double quotes. It has no comma and comes once. ' +
            'All clients share the keys: begin yours with your name, and end it with a UUID.',
          examples: ['7f3a', '"7f3a"'],
        }),
    }),
    body: z
      .preprocess(withEventIdAlias, bet)
      .meta({ id: 'PlaceBet', description: 'A bet to be placed.' }),
  },
  async respond(context, { headers, body }) {
    const { event_id, amount: amountMinor } = body;
    const idempotencyKey = headers['idempotency-key'];
    const placed = await place(context, { eventId: event_id, amountMinor, idempotencyKey });
    return {
      status: 201,
      location: `bets/${placed.bet.id}`,
      headers: placed.replayed ? { 'idempotency-replayed': 'true' } : {},
      body: betToWire(placed.bet),
    };
  },
});

const SETTLED = `Event ${EVENT_ID} takes no more bets. It has a result, or one is on its way.`;
const PLACED = 'This request, or an earlier one with its key, placed the bet.';
const BETS = { 'by-text': byText, 'by-number': byNumber, 'with-key': withKey, replayed: withKey };

export const placeBetDocs: CallDocs = () => ({
  tag: 'bets',
  summary: 'Place a bet',
  description:
    'A request with an `Idempotency-Key` is safe to send again, whatever became of the first ' +
    'one. `eventId` is understood as `event_id`.',
  bodies: {
    'by-text': { event_id: EVENT_ID, amount: '10.50' },
    'by-number': { event_id: 42, amount: 10.5 },
    'with-key': { event_id: EVENT_ID, amount: '25' },
  },
  answers: { 201: answer(PLACED, betBody, BETS, 'Location', 'Idempotency-Replayed') },
  refusals: [
    { code: 'event-settled', detail: SETTLED },
    invalid('body', '#/amount', AMOUNT_FAULTS['not-a-decimal']),
    { code: 'idempotency-key-reused', detail: 'This key was used for a different bet.' },
  ],
});
