import {
  ANY_REQUEST,
  ASKS_STORE,
  HAS_BODY,
  type Part,
  refusals,
  success,
  taggedSuccess,
} from './answers.ts';
import * as evening from './examples.ts';
import {
  EVENT_ID_FAULT,
  fault,
  ifNoneMatch,
  jsonBody,
  MALFORMED_JSON,
  parameter,
  pathParameter,
} from './requests.ts';

export const listEvents: Part = {
  operationId: 'listEvents',
  tags: ['events'],
  summary: 'List the events, newest activity first',
  description:
    'An event is where its newest bet, to the minute, or its newest result put it. A page has at most ' +
    '100 events; the header `Link` leads to the next. The order comes from an index that may lag behind ' +
    'by moments; what is said of an event never does. A walk over the pages sees every event that was ' +
    'there when it began, unless new activity moves it to the front.',
  parameters: [
    parameter('query', 'limit', 'EventLimit'),
    parameter('query', 'cursor', 'Cursor'),
    parameter('query', 'state', 'StateFilter'),
    ifNoneMatch,
  ],
  responses: {
    ...taggedSuccess({
      description: 'A page.',
      schema: 'EventList',
      headers: ['Link'],
      examples: {
        'first-page': [evening.openByNumber],
        'last-page': [evening.open],
        'in-state': [evening.corrected],
      },
    }),
    ...refusals([fault('query', '#/state', 'must be open, settling or settled')]),
    ...ANY_REQUEST,
    ...ASKS_STORE,
  },
};

const eventIdInPath = pathParameter('event_id', 'EventId', evening.EVENT_ID);

export const settleEvent: Part = {
  operationId: 'settleEvent',
  tags: ['events'],
  summary: 'Settle an event, or correct its result',
  description:
    'The result is in force for every reader when this answers, however many bets there are. The same ' +
    'result again changes nothing; another one is a correction, which every bet follows.',
  // Without a token, where the service asks for none.
  security: [{ operatorToken: [] }, {}],
  parameters: [eventIdInPath, parameter('header', 'If-Match', 'IfMatch')],
  requestBody: jsonBody('Result', {
    'first-result': { status: 'WIN' },
    correction: { status: 'LOSE' },
  }),
  responses: {
    '200': success({
      description: 'The result is in force, and stored with every bet.',
      schema: 'Event',
      headers: ['ETag'],
      examples: { 'first-result': evening.settled, correction: evening.corrected },
    }),
    '202': success({
      description: 'The result is in force; storing it with every bet goes on.',
      schema: 'Event',
      headers: ['ETag'],
      examples: { 'many-bets': evening.settling },
    }),
    ...refusals([
      {
        code: 'unauthorized',
        detail: 'Only operators settle events: a bearer token is missing or malformed.',
      },
      {
        code: 'forbidden',
        detail: 'Only operators settle events: this is not their token.',
      },
      {
        code: 'correction-limit',
        detail: `Event ${evening.CORRECTED_EVENT_ID} has had 100 results.`,
      },
      { code: 'version-mismatch', detail: `Event ${evening.EVENT_ID} is at version 0.` },
      fault('body', '#/status', 'must be WIN or LOSE'),
      MALFORMED_JSON,
    ]),
    ...ANY_REQUEST,
    ...HAS_BODY,
    ...ASKS_STORE,
  },
};

export const getEvent: Part = {
  operationId: 'getEvent',
  tags: ['events'],
  summary: 'Read an event',
  parameters: [eventIdInPath],
  responses: {
    '200': success({
      description: 'The event as it is now.',
      schema: 'Event',
      headers: ['ETag'],
      examples: { open: evening.open, corrected: evening.corrected },
    }),
    ...refusals([
      { code: 'event-not-found', detail: `Nothing is known of event ${evening.EVENT_ID}.` },
      EVENT_ID_FAULT,
    ]),
    ...ANY_REQUEST,
    ...ASKS_STORE,
  },
};
