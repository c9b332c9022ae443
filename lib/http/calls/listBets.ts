import { parse } from 'uuid';
import * as z from 'zod';
import { type BetId, isBetId } from '../../bets/ids.ts';
import { listBets as list, MAX_PAGE, MAX_SEARCHED } from '../../bets/readBets.ts';
import { betListBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall, invalid } from '../call.ts';
import { eventIdText } from '../eventIds.ts';
import { byNumber, byText, withKey, wonByText, wonWithKey } from '../examples.ts';
import { instant } from '../instants.ts';
import { cursor, limitUpTo, nextLink, openCursor, placeFrom, sealCursor } from '../paging.ts';
import { betStatus, betToWire } from '../wire.ts';

/** The place in the history, or in that of one event, just below the bet `before`. */
export function betCursor(before: BetId, eventId: string | undefined): string {
  return sealCursor(parse(before), eventId ?? '');
}

const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

function betBelow(text: string, eventId: string | undefined): BetId | undefined {
  const hex = openCursor(text, eventId ?? '')?.toString('hex') ?? '';
  const id = hex.replace(UUID_PARTS, '$1-$2-$3-$4-$5');
  return isBetId(id) ? id : undefined;
}

/** A span of time is not empty. */
const isSpan = (span: { placed_from?: number | undefined; placed_before?: number | undefined }) =>
  (span.placed_from ?? 0) < (span.placed_before ?? Infinity);

const textOf = (at: number | undefined) => (at === undefined ? at : new Date(at).toISOString());

export const listBets = defineCall({
  name: 'listBets',
  method: 'GET',
  path: '/bets',
  request: {
    query: z
      .strictObject({
        limit: limitUpTo(MAX_PAGE, {
          id: 'Limit',
          description: 'The maximum number of bets on a page.',
          examples: [100],
        }),
        cursor,
        event_id: eventIdText.optional().meta({
          id: 'EventFilter',
          description: 'Only bets on this event. The index that finds them may lag by moments.',
          examples: ['sr:match:42'],
        }),
        status: betStatus.optional().meta({
          id: 'StatusFilter',
          description:
            `Only bets with this status. A call looks through at most ${MAX_SEARCHED} bets for ` +
            'them. A page with fewer bets than `limit`, even none, is the last one or ends after ' +
            'so many; `Link` leads on.',
          examples: ['pending'],
        }),
        placed_from: instant.optional().meta({
          id: 'PlacedFrom',
          description: 'Only bets placed at this instant (RFC 3339) or later.',
          format: 'date-time',
          examples: ['2026-11-22T18:30:00Z'],
        }),
        placed_before: instant.optional().meta({
          id: 'PlacedBefore',
          description: 'Only bets placed before this instant (RFC 3339).',
          format: 'date-time',
          examples: ['2026-11-22T19:30:00+01:00'],
        }),
      })
      .refine(isSpan, { error: 'must be later than placed_from', path: ['placed_before'] })
      .transform(placeFrom((text, { event_id }) => betBelow(text, event_id), 'event_id')),
  },
  async respond(context, { query }) {
    const { limit, before, event_id, status, placed_from, placed_before } = query;
    const span = { placedFrom: placed_from, placedBefore: placed_before };
    const page = await list(context, { limit, before, eventId: event_id, status, ...span });
    const { bets, next } = page;
    const after = next && betCursor(next, event_id);
    const times = { placed_from: textOf(placed_from), placed_before: textOf(placed_before) };
    const headers = nextLink({ limit, event_id, status, ...times }, after);
    return { status: 200, headers, body: bets.map(betToWire) };
  },
});

const PAGES = {
  'first-page': [withKey, byNumber],
  'last-page': [byText],
  'won-on-event': [wonWithKey, wonByText],
};

export const listBetsDocs: CallDocs = () => ({
  tag: 'bets',
  summary: 'List the bets, newest first',
  description:
    'A page has at most 1000 bets. The header `Link` leads to the next page. A client that ' +
    'follows the links sees each bet that existed when it began exactly once.',
  answers: { 200: answer('A page.', betListBody, PAGES, 'Link') },
  refusals: [invalid('query', '#/limit', 'must be an integer from 1 to 1000')],
});
