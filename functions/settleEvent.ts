import { settleEvent } from '../lib/bets/settleEvent.ts';
import { config } from '../lib/config.ts';
import { eventAnswer } from '../lib/http/eventAnswer.ts';
import { httpHandler } from '../lib/http/handler.ts';
import { eventPath, settleEventBody, settleEventHeaders } from '../lib/http/schemas.ts';
import { service } from '../lib/service.ts';

/** `PUT /events/{event_id}` */
export const handler = httpHandler(
  service,
  { path: eventPath, headers: settleEventHeaders, body: settleEventBody },
  async ({ path, headers, body }, signal) => {
    const request = {
      eventId: path.event_id,
      outcome: body.status,
      ifVersion: headers['if-match'],
      sweepBudgetMs: config.settleBudgetMs,
    };
    const event = await settleEvent(service, request, signal);
    return { ...eventAnswer(event), status: event.state === 'settled' ? 200 : 202 };
  },
);
