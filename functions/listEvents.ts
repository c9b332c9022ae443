import { listEvents } from '../lib/bets/listEvents.ts';
import { encodeEventCursor } from '../lib/http/cursor.ts';
import { httpHandler } from '../lib/http/handler.ts';
import { nextLink } from '../lib/http/nextLink.ts';
import { eventToWire, listEventsQuery } from '../lib/http/schemas.ts';
import { service } from '../lib/service.ts';

/** `GET /events` */
export const handler = httpHandler(
  service,
  { query: listEventsQuery },
  async ({ query }, signal) => {
    const { limit, state } = query;
    const { events, next } = await listEvents(service, query, signal);
    const cursor = next === undefined ? undefined : encodeEventCursor(next, state);
    return {
      status: 200,
      headers: nextLink('/events', { limit, state }, cursor),
      body: events.map(eventToWire),
    };
  },
);
