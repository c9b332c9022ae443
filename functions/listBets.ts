import { listBets } from '../lib/bets/readBets.ts';
import { httpHandler } from '../lib/http/handler.ts';
import { nextLink } from '../lib/http/nextLink.ts';
import { betToWire, listBetsQuery } from '../lib/http/schemas.ts';
import { service } from '../lib/service.ts';

/** `GET /bets` */
export const handler = httpHandler(service, { query: listBetsQuery }, async ({ query }, signal) => {
  const { event_id: eventId, ...rest } = query;
  const { bets, next } = await listBets(service, { ...rest, eventId }, signal);
  return {
    status: 200,
    headers: nextLink(query, next),
    body: bets.map(betToWire),
  };
});
