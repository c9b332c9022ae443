import type { EventReport } from '../bets/event.ts';
import type { Answer } from './handler.ts';
import { eventToWire } from './schemas.ts';

/** An event with its version as the entity tag that `If-Match` compares (RFC 9110 §8.8.3). */
export function eventAnswer(event: EventReport): Omit<Answer, 'status'> {
  return { headers: { etag: `"${event.version}"` }, body: eventToWire(event) };
}
