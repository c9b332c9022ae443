import {
  ANY_REQUEST,
  ASKS_STORE,
  HAS_BODY,
  named,
  type Part,
  refusals,
  success,
  taggedSuccess,
} from './answers.ts';
import * as evening from './examples.ts';
import { referenceTo, wireSchemas } from './schemas.ts';

const SCHEMAS = wireSchemas();

function parameter(place: 'path' | 'query' | 'header', name: string, schema: string): Part {
  return {
    name,
    in: place,
    ...(place === 'path' && { required: true }),
    description: SCHEMAS[schema]?.description,
    schema: { $ref: referenceTo(schema) },
  };
}

/** An example that a form may begin with: only what a call cannot do without has one. */
function pathParameter(name: string, schema: string, example: string): Part {
  return { ...parameter('path', name, schema), example };
}

function jsonBody(schema: string, examples: Record<string, unknown>): Part {
  return {
    required: true,
    content: {
      'application/json': { schema: { $ref: referenceTo(schema) }, examples: named(examples) },
    },
  };
}

const ifNoneMatch: Part = {
  name: 'If-None-Match',
  in: 'header',
  schema: { $ref: referenceTo('IfNoneMatch') },
};

/** RFC 9110 §13.1.2 judges it: any text that is no list of tags just matches nothing. */
export const IF_NONE_MATCH_SCHEMA: Part = {
  type: 'string',
  description: 'The `ETag` of an answer that the client has: it is told when that is still right.',
};

const fault = (part: 'body' | 'query' | 'path', pointer: string, detail: string) => ({
  code: 'invalid-request' as const,
  detail: `Not valid: ${part} ${pointer}.`,
  errors: [{ in: part, pointer, detail }],
});

const EVENT_ID_FAULT = fault(
  'path',
  '#/event_id',
  'must be 1 to 128 characters out of A-Z a-z 0-9 . _ : ~ -, not just . or ..',
);
const MALFORMED_JSON = {
  code: 'malformed-json',
  detail: 'The body cannot be parsed as JSON.',
} as const;

const placeBet: Part = {
  operationId: 'placeBet',
  tags: ['bets'],
  summary: 'Place a bet',
  description:
    'With an `Idempotency-Key` it is safe to send again whatever became of the first request. ' +
    '`eventId` is understood as `event_id`.',
  parameters: [parameter('header', 'Idempotency-Key', 'IdempotencyKey')],
  requestBody: jsonBody('PlaceBet', {
    'by-text': { event_id: evening.EVENT_ID, amount: '10.50' },
    'by-number': { event_id: 42, amount: 10.5 },
    'with-key': { event_id: evening.EVENT_ID, amount: '25' },
  }),
  responses: {
    '201': success({
      description: 'The bet was placed, by this request or an earlier one with its key.',
      schema: 'Bet',
      headers: ['Location', 'Idempotency-Replayed'],
      examples: {
        'by-text': evening.byText,
        'by-number': evening.byNumber,
        'with-key': evening.withKey,
        replayed: evening.withKey,
      },
    }),
    ...refusals([
      {
        code: 'event-settled',
        detail: `Event ${evening.EVENT_ID} has a result; it takes no more bets.`,
      },
      fault('body', '#/amount', 'must be a number or a decimal string such as "10.50"'),
      MALFORMED_JSON,
      { code: 'idempotency-key-reused', detail: 'This key was used for a different bet.' },
    ]),
    ...ANY_REQUEST,
    ...HAS_BODY,
    ...ASKS_STORE,
  },
};

const listBets: Part = {
  operationId: 'listBets',
  tags: ['bets'],
  summary: 'List the bets, newest first',
  description:
    'A page has at most 1000 bets. The header `Link` leads to the next; a walk over the pages sees ' +
    'every bet that was there when it began exactly once.',
  parameters: [
    parameter('query', 'limit', 'Limit'),
    parameter('query', 'cursor', 'Cursor'),
    parameter('query', 'event_id', 'EventFilter'),
    parameter('query', 'status', 'StatusFilter'),
    ifNoneMatch,
  ],
  responses: {
    ...taggedSuccess({
      description: 'A page.',
      schema: 'BetList',
      headers: ['Link'],
      examples: {
        'first-page': [evening.withKey, evening.byNumber],
        'last-page': [evening.byText],
        'won-on-event': [evening.wonWithKey, evening.wonByText],
      },
    }),
    ...refusals([fault('query', '#/limit', 'must be an integer from 1 to 1000')]),
    ...ANY_REQUEST,
    ...ASKS_STORE,
  },
};

const getBet: Part = {
  operationId: 'getBet',
  tags: ['bets'],
  summary: 'Read a bet',
  parameters: [pathParameter('id', 'BetId', evening.byText.id), ifNoneMatch],
  responses: {
    ...taggedSuccess({
      description: 'The bet as it is now.',
      schema: 'Bet',
      examples: { pending: evening.byText, won: evening.wonByText },
    }),
    ...refusals([{ code: 'bet-not-found', detail: 'There is no bet with this id.' }]),
    ...ANY_REQUEST,
    ...ASKS_STORE,
  },
};

const listEvents: Part = {
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

const settleEvent: Part = {
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

const getEvent: Part = {
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

const getLiveness: Part = {
  operationId: 'getLiveness',
  tags: ['service'],
  summary: 'Is the service alive?',
  responses: { '200': health('It is.', 'alive'), ...ANY_REQUEST },
};

const getReadiness: Part = {
  operationId: 'getReadiness',
  tags: ['service'],
  summary: 'Does its store answer?',
  responses: {
    '200': health('It does.', 'ready'),
    ...refusals([{ code: 'not-ready', detail: 'The store cannot be reached.' }]),
    ...ANY_REQUEST,
  },
};

function health(description: string, status: 'alive' | 'ready'): Part {
  const examples = named({ [status]: { status } });
  const content = { 'application/json': { schema: { $ref: referenceTo('Health') }, examples } };
  return { description, content };
}

/** Answered by the service itself, without a schema that validates. */
export const HEALTH_SCHEMA: Part = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['alive', 'ready'] } },
};

const getMetrics: Part = {
  operationId: 'getMetrics',
  tags: ['service'],
  summary: 'Counters and gauges, of the local service',
  responses: {
    '200': {
      description: 'In the text format of Prometheus.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    ...ANY_REQUEST,
  },
};

const getDocument: Part = {
  operationId: 'getDocument',
  tags: ['service'],
  summary: 'This document',
  responses: {
    '200': {
      description: 'OpenAPI 3.1.',
      headers: { ETag: { description: 'Of this text.', schema: { type: 'string' } } },
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    ...ANY_REQUEST,
  },
};

export const PATHS: Part = {
  '/bets': { get: listBets, post: placeBet },
  '/bets/{id}': { get: getBet },
  '/events': { get: listEvents },
  '/events/{event_id}': { get: getEvent, put: settleEvent },
  '/livez': { get: getLiveness },
  '/readyz': { get: getReadiness },
  '/metrics': { get: getMetrics },
  '/openapi.json': { get: getDocument },
};
