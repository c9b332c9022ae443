import * as z from 'zod';
import { settleEvent as settle } from '../../bets/settleEvent.ts';
import { eventBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall, invalid } from '../call.ts';
import { eventPath } from '../eventIds.ts';
import { corrected, CORRECTED_EVENT_ID, EVENT_ID, settled, settling } from '../examples.ts';
import { eventAnswer, outcome } from '../wire.ts';

const IF_MATCH = /^(?:\*|(?:W\/)?"[!#-~]*"(?:\s*,\s*(?:W\/)?"[!#-~]*")*)$/;

function versionsIn(entityTags: string): number[] {
  const tags = entityTags.split(/\s*,\s*/);
  return tags.flatMap((tag) => /^"(0|[1-9]\d{0,8})"$/.exec(tag)?.[1] ?? []).map(Number);
}

export const settleEvent = defineCall({
  name: 'settleEvent',
  method: 'PUT',
  path: '/events/{event_id+}',
  operatorsOnly: true,
  request: {
    path: eventPath,
    headers: z.object({
      /** RFC 9110 §13.1.1: compared strongly, so that a weak tag matches nothing. */
      'if-match': z
        .string()
        .regex(IF_MATCH, 'must be * or a list of entity tags such as "1"')
        .transform((text): readonly number[] | 'any' => (text === '*' ? 'any' : versionsIn(text)))
        .optional()
        .meta({
          id: 'IfMatch',
          description:
            'The `ETag` of the event that the decision is based on, or `*` for any result. ' +
            'Another version is refused, unless a retry finds its result in force already.',
          examples: ['"0"', '*'],
        }),
    }),
    body: z
      .strictObject({ status: outcome }, { error: 'must be an object' })
      .meta({ id: 'Result', description: 'The result of an event. It decides every bet on it.' }),
  },
  async respond(context, { path, headers, body }) {
    const request = { eventId: path.event_id, outcome: body.status };
    const event = await settle(context, { ...request, ifVersion: headers['if-match'] });
    return eventAnswer(event, event.state === 'settled' ? 200 : 202);
  },
});

const STORED = 'The result is in force, and stored with every bet.';
const IN_FORCE = 'The result is in force. Not every bet is stored with it yet.';
const OPERATORS = 'Only operators settle events';

export const settleEventDocs: CallDocs = () => ({
  tag: 'events',
  summary: 'Settle an event, or correct its result',
  description:
    'The result is in force for every reader when the call answers, however many bets there ' +
    'are. The same result again changes nothing. Another result is a correction, and every bet ' +
    'follows it.',
  pathExamples: { event_id: EVENT_ID },
  bodies: { 'first-result': { status: 'WIN' }, correction: { status: 'LOSE' } },
  answers: {
    200: answer(STORED, eventBody, { 'first-result': settled, correction: corrected }, 'ETag'),
    202: answer(IN_FORCE, eventBody, { 'many-bets': settling }, 'ETag'),
  },
  refusals: [
    { code: 'unauthorized', detail: `${OPERATORS}: a bearer token is missing or malformed.` },
    { code: 'correction-limit', detail: `Event ${CORRECTED_EVENT_ID} has had 100 results.` },
    { code: 'version-mismatch', detail: `Event ${EVENT_ID} is at version 0.` },
    invalid('body', '#/status', 'must be WIN or LOSE'),
  ],
});
