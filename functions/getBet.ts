import { getBet } from '../lib/bets/readBets.ts';
import { httpHandler } from '../lib/http/handler.ts';
import { betPath, betToWire } from '../lib/http/schemas.ts';
import { service } from '../lib/service.ts';

/** `GET /bets/{id}` */
export const handler = httpHandler(service, { path: betPath }, async ({ path }, signal) => {
  const bet = await getBet(service, path.id, signal);
  return { status: 200, body: betToWire(bet) };
});
