import { parse, stringify } from 'uuid';
import * as z from 'zod';
import { type BetId, isBetId } from '../../bets/ids.ts';
import { listBets as list, MAX_PAGE } from '../../bets/readBets.ts';
import { betListBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall, invalid } from '../call.ts';
import * as evening from '../examples.ts';
import {
  cursor,
  limitDocs,
  limitUpTo,
  nextLink,
  openCursor,
  placeFrom,
  sealCursor,
} from '../paging.ts';
import { betStatus, betToWire, eventIdText } from '../wire.ts';

/** The place in the history, or in that of one event, just below the bet `before`. */
export function betCursor(before: BetId, eventId: string | undefined): string {
  return sealCursor(parse(before), eventId ?? '');
}

function betBelow(text: string, eventId: string | undefined): BetId | undefined {
  const id = openCursor(text, eventId ?? '');
  const uuid = id === undefined ? '' : uuidText(id);
  return isBetId(uuid) ? uuid : undefined;
}

function uuidText(bytes: Uint8Array): string {
  try {
    return stringify(bytes);
  } catch {
    return '';
  }
}

export const listBets = defineCall({
  name: 'listBets',
  method: 'GET',
  path: '/bets',
  request: {
    query: z
      .strictObject({
        limit: limitUpTo(MAX_PAGE).meta({
          id: 'Limit',
          description: 'The maximum number of bets on a page.',
          ...limitDocs(MAX_PAGE),
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
            'Only bets with this status. The filter applies after a page is read, so a page may ' +
            'have fewer bets.',
          examples: ['pending'],
        }),
      })
      .transform(placeFrom((text, { event_id }) => betBelow(text, event_id), 'event_id')),
  },
  async respond(context, { query }) {
    const { limit, before, event_id, status } = query;
    const { bets, next } = await list(context, { limit, before, eventId: event_id, status });
    const after = next && betCursor(next, event_id);
    return {
      status: 200,
      headers: nextLink('/bets', { limit, event_id, status }, after),
      body: bets.map(betToWire),
    };
  },
});

export const listBetsDocs: CallDocs = () => ({
  tag: 'bets',
  summary: 'List the bets, newest first',
  description:
    'A page has at most 1000 bets. The header `Link` leads to the next page. A client that ' +
    'follows the links sees each bet that existed when it began exactly once.',
  answers: {
    200: answer(
      'A page.',
      betListBody,
      {
        'first-page': [evening.withKey, evening.byNumber],
        'last-page': [evening.byText],
        'won-on-event': [evening.wonWithKey, evening.wonByText],
      },
      'Link',
    ),
  },
  refusals: [invalid('query', '#/limit', 'must be an integer from 1 to 1000')],
});
