import { getEvent as get } from '../../bets/readEvents.ts';
import { eventBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall, invalid } from '../call.ts';
import { eventPath } from '../eventIds.ts';
import { corrected, EVENT_ID, open } from '../examples.ts';
import { eventAnswer } from '../wire.ts';

export const getEvent = defineCall({
  name: 'getEvent',
  method: 'GET',
  path: '/events/{event_id+}',
  request: { path: eventPath },
  async respond(context, { path }) {
    return eventAnswer(await get(context, path.event_id), 200);
  },
});

export const getEventDocs: CallDocs = () => ({
  tag: 'events',
  summary: 'Read an event',
  pathExamples: { event_id: EVENT_ID },
  answers: { 200: answer('The event as it is now.', eventBody, { open, corrected }, 'ETag') },
  refusals: [
    { code: 'event-not-found', detail: `Nothing is known of event ${EVENT_ID}.` },
    invalid('path', '#/event_id', 'must have at most 256 bytes in UTF-8, and has 257'),
  ],
});
