import { BatchGetCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  apiEvent,
  context,
  INTERNAL,
  jsonAnswer,
  problemAnswer,
  read,
  type ReadAnswer,
  REQUEST_ID,
  UNAVAILABLE,
} from '../tests/support/apiEvent.ts';
import { broken, refused, sent } from '../tests/support/dynamodb.ts';
import { handlerWorld, NOON_TEXT } from '../tests/support/handlers.ts';
import { handler } from './getEvent.ts';

const { dynamodb, errors } = handlerWorld();

const LATER = '2026-11-22T13:00:00.000Z';
const item = {
  eventId: 'sr:match:42',
  outcome: 'WIN',
  decidedAt: LATER,
  version: 2n,
  state: 'settling',
  bets: 5n,
  stakedMinor: 5250n,
  history: [
    { id: 'decision-1', outcome: 'LOSE', decidedAt: NOON_TEXT, version: 1n },
    { id: 'decision-2', outcome: 'WIN', decidedAt: LATER, version: 2n },
  ],
};
const event = {
  event_id: 'sr:match:42',
  status: 'WIN',
  version: 2,
  state: 'settling',
  bets: { total: 5, settled: 2, staked: '52.50' },
  history: [
    { status: 'LOSE', version: 1, decided_at: NOON_TEXT },
    { status: 'WIN', version: 2, decided_at: LATER },
  ],
};
const fences = [
  { eventFence: 'sr:match:42#3', placed: 2n, stakedMinor: 2100n, sweptVersion: 2n },
  { eventFence: 'sr:match:42#9', placed: 3n, stakedMinor: 3150n, sweptVersion: 1n },
];

const readingEvent: [string, object] = [
  'GetCommand',
  { TableName: 'bet-maker-events', Key: { eventId: 'sr:match:42' }, ConsistentRead: true },
];
const readingFences: [string, object] = [
  'BatchGetCommand',
  {
    RequestItems: {
      'bet-maker-fences': {
        Keys: Array.from({ length: 64 }, (_, fence) => ({ eventFence: `sr:match:42#${fence}` })),
        ConsistentRead: true,
      },
    },
  },
];

async function get(event_id: string): Promise<ReadAnswer> {
  const request = apiEvent({ path: `/events/${event_id}`, pathParameters: { event_id } });
  return read(await handler(request, context));
}

describe('GET /events/{event_id}', () => {
  it('shows an event without a result as open, with its bets and stakes', async () => {
    dynamodb.on(GetCommand).resolves({});
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-fences': fences } });

    expect(await get('sr:match:42')).toEqual(
      jsonAnswer(
        200,
        {
          event_id: 'sr:match:42',
          status: null,
          version: 0,
          state: 'open',
          bets: { total: 5, settled: 0, staked: '52.50' },
          history: [],
        },
        { etag: '"0"' },
      ),
    );
    expect(sent(dynamodb)).toEqual([readingEvent, readingFences]);
  });

  it('ignores a first result that is not in force yet', async () => {
    const intent = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT };
    dynamodb.on(GetCommand).resolves({ Item: { eventId: 'sr:match:42', intent, unfinished: '1' } });
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-fences': fences } });

    const answer = await get('sr:match:42');

    expect(answer.body).toMatchObject({ status: null, version: 0, state: 'open' });
  });

  it('shows how far a settlement has come', async () => {
    dynamodb.on(GetCommand).resolves({ Item: item });
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-fences': fences } });

    expect(await get('sr:match:42')).toEqual(jsonAnswer(200, event, { etag: '"2"' }));
    expect(sent(dynamodb)).toEqual([readingEvent, readingFences]);
  });

  it('shows a settled event without a look at its fences', async () => {
    dynamodb.on(GetCommand).resolves({ Item: { ...item, state: 'settled' } });

    expect(await get('sr:match:42')).toEqual(
      jsonAnswer(
        200,
        { ...event, state: 'settled', bets: { total: 5, settled: 5, staked: '52.50' } },
        { etag: '"2"' },
      ),
    );
    expect(sent(dynamodb)).toEqual([readingEvent]);
  });

  it('does not find an event that has neither a bet nor a result', async () => {
    dynamodb.on(GetCommand).resolves({});
    const closed = [{ eventFence: 'sr:match:42#3', closedAt: NOON_TEXT }];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-fences': closed } });

    expect(await get('sr:match:42')).toEqual(
      problemAnswer(
        404,
        'event-not-found',
        'Nothing is known of the event',
        'Nothing is known of event sr:match:42.',
      ),
    );
  });

  it.each(['', 'a b', 'a/b', 'a#1', 'é', 'x'.repeat(129)])('refuses the event %j', async (id) => {
    expect(await get(id)).toEqual(
      problemAnswer(
        422,
        'invalid-request',
        'The request is not valid',
        'Not valid: path #/event_id.',
        [
          {
            in: 'path',
            pointer: '#/event_id',
            detail: 'must be 1 to 128 characters out of A-Z a-z 0-9 . _ : ~ -, not just . or ..',
          },
        ],
      ),
    );
    expect(sent(dynamodb)).toEqual([]);
  });

  it.each([refused('ThrottlingException'), broken('ECONNRESET')])(
    'asks to come back when the store fails with $message',
    async (error) => {
      dynamodb.on(GetCommand).rejects(error);

      expect(await get('sr:match:42')).toEqual(UNAVAILABLE);
    },
  );

  it('hides a bug, and logs it', async () => {
    const error = refused('ValidationException');
    dynamodb.on(GetCommand).rejects(error);

    expect(await get('sr:match:42')).toEqual(INTERNAL);
    expect(errors.mock.calls).toEqual([['A request failed', { requestId: REQUEST_ID, error }]]);
  });
});
