import { BatchGetCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  apiEvent,
  context,
  INTERNAL,
  taggedAnswer,
  problemAnswer,
  read,
  type ReadAnswer,
  REQUEST_ID,
  UNAVAILABLE,
} from '../tests/support/apiEvent.ts';
import { refused, sent } from '../tests/support/dynamodb.ts';
import { betIdOf } from '../tests/support/fakes.ts';
import { handlerWorld, NOON_TEXT } from '../tests/support/handlers.ts';
import { handler } from './getBet.ts';

const { dynamodb, errors } = handlerWorld();

const ID = betIdOf(0xab);
const item = {
  shard: 'b',
  betId: ID,
  eventId: 'sr:match:42',
  fence: 3n,
  amountMinor: 1050n,
  placedAt: NOON_TEXT,
  status: 'pending',
  outcomeVersion: 0n,
};
const bet = {
  id: ID,
  event_id: 'sr:match:42',
  amount: '10.50',
  status: 'pending',
  placed_at: NOON_TEXT,
};
const NOT_FOUND = problemAnswer(
  404,
  'bet-not-found',
  'There is no such bet',
  'There is no bet with this id.',
);

const readingBet: [string, object] = [
  'GetCommand',
  { TableName: 'bet-maker-bets', Key: { shard: 'b', betId: ID }, ConsistentRead: true },
];
const readingResult: [string, object] = [
  'BatchGetCommand',
  {
    RequestItems: {
      'bet-maker-events': {
        Keys: [{ eventId: 'sr:match:42' }],
        ConsistentRead: true,
        ProjectionExpression: 'eventId, outcome, decidedAt',
      },
    },
  },
];

async function get(id: string): Promise<ReadAnswer> {
  const request = apiEvent({ path: `/bets/${id}`, pathParameters: { id } });
  return read(await handler(request, context));
}

describe('GET /bets/{id}', () => {
  it.each([ID, ID.toUpperCase()])('shows the pending bet %s', async (id) => {
    dynamodb.on(GetCommand).resolves({ Item: item });
    dynamodb.on(BatchGetCommand).resolves({ Responses: {} });

    expect(await get(id)).toEqual(taggedAnswer(200, bet));
    expect(sent(dynamodb)).toEqual([readingBet, readingResult]);
  });

  it.each([
    ['WIN', 'won'],
    ['LOSE', 'lost'],
  ])('shows a bet under %s as %s, although it is stored as pending', async (outcome, status) => {
    dynamodb.on(GetCommand).resolves({ Item: item });
    const events = [{ eventId: 'sr:match:42', outcome, decidedAt: '2026-11-22T13:00:00.000Z' }];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-events': events } });

    expect(await get(ID)).toEqual(
      taggedAnswer(200, { ...bet, status, settled_at: '2026-11-22T13:00:00.000Z' }),
    );
  });

  it('does not find an id that no bet has', async () => {
    dynamodb.on(GetCommand).resolves({});

    expect(await get(ID)).toEqual(NOT_FOUND);
    expect(sent(dynamodb)).toEqual([readingBet]);
  });

  it.each(['1', 'x', '6b7f0c9e-8f5c-4a67-9a50-6f0f5d6f7b11', '../events', ''])(
    'does not ask the store for %j',
    async (id) => {
      expect(await get(id)).toEqual(NOT_FOUND);
      expect(sent(dynamodb)).toEqual([]);
    },
  );

  it('asks to come back when the store throttles', async () => {
    dynamodb.on(GetCommand).rejects(refused('ThrottlingException'));

    expect(await get(ID)).toEqual(UNAVAILABLE);
  });

  it('asks to come back when the results cannot be read', async () => {
    dynamodb.on(GetCommand).resolves({ Item: item });
    const UnprocessedKeys = { 'bet-maker-events': { Keys: [{ eventId: 'sr:match:42' }] } };
    dynamodb.on(BatchGetCommand).resolves({ Responses: {}, UnprocessedKeys });

    expect(await get(ID)).toEqual(
      problemAnswer(
        503,
        'unavailable',
        'The store is away or busy',
        'The store left 1 reads undone after 6 tries.',
      ),
    );
  });

  it('hides a record that cannot be read, and logs why', async () => {
    dynamodb.on(GetCommand).resolves({ Item: { ...item, amountMinor: 'secret' } });

    expect(await get(ID)).toEqual(INTERNAL);
    expect(errors.mock.calls).toEqual([
      ['A request failed', { requestId: REQUEST_ID, error: expect.any(Error) }],
    ]);
  });
});
