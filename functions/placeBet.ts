import { placeBet } from '../lib/bets/placeBet.ts';
import { httpHandler } from '../lib/http/handler.ts';
import { betToWire, placeBetBody, placeBetHeaders } from '../lib/http/schemas.ts';
import { service } from '../lib/service.ts';

/** `POST /bets` */
export const handler = httpHandler(
  service,
  { headers: placeBetHeaders, body: placeBetBody },
  async ({ headers, body }, signal) => {
    const request = {
      eventId: body.event_id,
      amountMinor: body.amount,
      idempotencyKey: headers['idempotency-key'],
    };
    const { bet, replayed } = await placeBet(service, request, signal);
    return {
      status: 201,
      headers: { location: `/bets/${bet.id}`, ...(replayed && { 'idempotency-replayed': 'true' }) },
      body: betToWire(bet),
    };
  },
);
