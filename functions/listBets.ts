import { listBets } from '../lib/bets/readBets.ts';
import { encodeBetCursor } from '../lib/http/cursor.ts';
import { httpHandler } from '../lib/http/handler.ts';
import { nextLink } from '../lib/http/nextLink.ts';
import { betToWire, listBetsQuery } from '../lib/http/schemas.ts';
import { service } from '../lib/service.ts';

/** `GET /bets` */
export const handler = httpHandler(service, { query: listBetsQuery }, async ({ query }, signal) => {
  const { limit, before, event_id, status } = query;
  const { bets, next } = await listBets(
    service,
    { limit, before, eventId: event_id, status },
    signal,
  );
  const cursor = next === undefined ? undefined : encodeBetCursor(next, event_id);
  return {
    status: 200,
    headers: nextLink('/bets', { limit, event_id, status }, cursor),
    body: bets.map(betToWire),
  };
});
