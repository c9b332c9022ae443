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
  fault,
  ifNoneMatch,
  jsonBody,
  MALFORMED_JSON,
  parameter,
  pathParameter,
} from './requests.ts';

export const placeBet: Part = {
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

export const listBets: Part = {
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

export const getBet: Part = {
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
