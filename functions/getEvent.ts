import { getEvent } from '../lib/bets/settleEvent.ts';
import { eventAnswer } from '../lib/http/eventAnswer.ts';
import { httpHandler } from '../lib/http/handler.ts';
import { eventPath } from '../lib/http/schemas.ts';
import { service } from '../lib/service.ts';

/** `GET /events/{event_id}` */
export const handler = httpHandler(service, { path: eventPath }, async ({ path }, signal) => {
  const event = await getEvent(service, path.event_id, signal);
  return { ...eventAnswer(event), status: 200 };
});
