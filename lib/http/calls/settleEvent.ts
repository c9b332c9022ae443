import * as z from 'zod';
import { settleEvent as settle } from '../../bets/settleEvent.ts';
import { eventBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall, invalid } from '../call.ts';
import { CONDITION, readCondition } from '../entityTags.ts';
import { eventPath } from '../eventIds.ts';
import { corrected, CORRECTED_EVENT_ID, EVENT_ID, settled, settling } from '../examples.ts';
import { eventAnswer, outcome } from '../wire.ts';

type Versions = readonly number[] | 'any';

/** An event's tag begins with its version, and may be given without the rest. */
const VERSION = /^"(0|[1-9]\d{0,8})(?:-.*)?"$/;

/** Tags are compared strongly, so that a weak one matches nothing (RFC 9110 §13.1.1). */
function versionsIn(condition: string): Versions {
  const tags = readCondition(condition);
  if (tags === '*') return 'any';
  const strong = tags.filter(({ isWeak }) => !isWeak);
  return strong.flatMap(({ opaque }) => VERSION.exec(opaque)?.[1] ?? []).map(Number);
}

/** Both conditions must hold (RFC 9110 §13.2.2). A first result is one that follows version 0. */
function versionsAllowed(ifMatch: Versions | undefined, onlyFirst: boolean): Versions | undefined {
  if (!onlyFirst) return ifMatch;
  const first = ifMatch === undefined || (ifMatch !== 'any' && ifMatch.includes(0));
  return first ? [0] : [];
}

export const settleEvent = defineCall({
  name: 'settleEvent',
  method: 'PUT',
  path: '/events/{event_id+}',
  operatorsOnly: true,
  request: {
    path: eventPath,
    headers: z.object({
      'if-match': z
        .string()
        .regex(CONDITION, 'must be * or a list of entity tags such as "1"')
        .transform(versionsIn)
        .optional()
        .meta({
          id: 'IfMatch',
          description:
            'The `ETag` of the event that the decision is based on, or `*` for any result. Only ' +
            'the version that it begins with is compared, so bets that come meanwhile do no ' +
            'harm, and `"1"` alone is understood. Another version is refused, unless a retry ' +
            'finds its result in force already.',
          examples: ['"0"', '"1-bVnUVf9FJ7Dp0mhK3pT5Yw"', '*'],
        }),
      'if-none-match': z
        .string()
        .regex(/^\s*\*\s*$/, 'must be *, which asks for a first result')
        .optional()
        .meta({
          id: 'FirstResultOnly',
          description:
            '`*`: only a first result is wanted. An event with another result is left as it is.',
          examples: ['*'],
        }),
    }),
    body: z
      .strictObject({ status: outcome }, { error: 'must be an object' })
      .meta({ id: 'Result', description: 'The result of an event. It decides every bet on it.' }),
  },
  async respond(context, { path, headers, body }, { subject: decidedBy }) {
    const onlyFirst = headers['if-none-match'] !== undefined;
    const ifVersion = versionsAllowed(headers['if-match'], onlyFirst);
    const request = { eventId: path.event_id, outcome: body.status, ifVersion, decidedBy };
    const event = await settle(context, request);
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
