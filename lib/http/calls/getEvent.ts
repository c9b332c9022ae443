import { getEvent as get } from '../../bets/readEvents.ts';
import { eventBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall, invalid } from '../call.ts';
import * as evening from '../examples.ts';
import { EVENT_ID_RULE, eventPath, eventTag, eventToWire } from '../wire.ts';

export const getEvent = defineCall({
  name: 'getEvent',
  method: 'GET',
  path: '/events/{event_id}',
  request: { path: eventPath },
  async respond(context, { path }) {
    const event = await get(context, path.event_id);
    return { status: 200, headers: { etag: eventTag(event) }, body: eventToWire(event) };
  },
});

export const getEventDocs: CallDocs = () => ({
  tag: 'events',
  summary: 'Read an event',
  pathExamples: { event_id: evening.EVENT_ID },
  answers: {
    200: answer(
      'The event as it is now.',
      eventBody,
      { open: evening.open, corrected: evening.corrected },
      'ETag',
    ),
  },
  refusals: [
    { code: 'event-not-found', detail: `Nothing is known of event ${evening.EVENT_ID}.` },
    invalid('path', '#/event_id', EVENT_ID_RULE),
  ],
});
