import * as z from 'zod';
import { type EventState, isListKey, type ListKey } from '../../bets/event.ts';
import { listEvents as list, MAX_EVENTS_PAGE } from '../../bets/readEvents.ts';
import { eventListBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall, invalid } from '../call.ts';
import { corrected, open, openByNumber } from '../examples.ts';
import { cursor, limitUpTo, nextLink, openCursor, placeFrom, sealCursor } from '../paging.ts';
import { eventState, eventToWire } from '../wire.ts';

/** No event id has a line break, so that no cursor of bets passes for one of events. */
const filterOf = (state: EventState | undefined): string => `events\n${state ?? ''}`;

function listKeyBelow(text: string, state: EventState | undefined): ListKey | undefined {
  const listKey = openCursor(text, filterOf(state))?.toString() ?? '';
  return isListKey(listKey) ? listKey : undefined;
}

export const listEvents = defineCall({
  name: 'listEvents',
  method: 'GET',
  path: '/events',
  request: {
    query: z
      .strictObject({
        limit: limitUpTo(MAX_EVENTS_PAGE, {
          id: 'EventLimit',
          description: 'The maximum number of events on a page.',
          examples: [20],
        }),
        cursor,
        state: eventState.optional().meta({
          id: 'StateFilter',
          description: 'Only events in this state. An event that leaves it meanwhile is left out.',
          examples: ['open'],
        }),
      })
      .transform(placeFrom((text, { state }) => listKeyBelow(text, state), 'state')),
  },
  async respond(context, { query }) {
    const { limit, state } = query;
    const { events, next } = await list(context, query);
    const after = next && sealCursor(Buffer.from(next), filterOf(state));
    const headers = nextLink({ limit, state }, after);
    return { status: 200, headers, body: events.map(eventToWire) };
  },
});

const PAGES = { 'first-page': [openByNumber], 'last-page': [open], 'in-state': [corrected] };

export const listEventsDocs: CallDocs = () => ({
  tag: 'events',
  summary: 'List the events, the newest first',
  description:
    'The time of its first bet or result decides the place of an event, which never changes. A ' +
    'page has at most 100 events. The header `Link` leads to the next page. A client that ' +
    'follows the links sees each event that existed when it began exactly once. The list without ' +
    '`state` is always current. With `state` it comes from an index that may lag by moments; the ' +
    'events themselves are always current.',
  answers: { 200: answer('A page.', eventListBody, PAGES, 'Link') },
  refusals: [invalid('query', '#/state', 'must be open, settling or settled')],
});
