import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { placeBet } from '../lib/http/calls/placeBet.ts';
import {
  EVENT_FAULT,
  invalidAnswer,
  jsonAnswer,
  problemAnswer,
} from '../tests/support/apiEvent.ts';
import { canceled, type MockedDynamodb, sent } from '../tests/support/dynamodb.ts';
import { NEW_BET_ID, serve } from '../tests/support/handlers.ts';
import { betIdOf, NOON_TEXT } from '../tests/support/samples.ts';

const BODY = '{"event_id":"sr:match:42","amount":"10.50"}';
const KEY = { 'idempotency-key': '"key-1"' };
/** SHA-256 of "sr:match:42 1050", by OpenSSL. */
const HASH = 'J5ez-VGt09cFc2sR1KHZ_tHquDmy-o_mmNjLPtjvhUY';

const posting = (body: string, headers: Record<string, string> = {}) => ({
  method: 'POST',
  path: '/bets',
  headers: { 'content-type': 'application/json', ...headers },
  body,
});
const bet = {
  id: NEW_BET_ID,
  event_id: 'sr:match:42',
  amount: '10.50',
  status: 'pending',
  placed_at: NOON_TEXT,
};
const created = (more: object) =>
  jsonAnswer(201, { ...bet, ...more }, { location: `bets/${NEW_BET_ID}` });

const event = { eventId: 'sr:match:42', listKey: `${NOON_TEXT} sr:match:42`, fences: 16n };
const intent = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT };

/** A store that takes bets on the event, or refuses them with these reasons. */
function open(dynamodb: MockedDynamodb, ...reasons: (string | CancellationReason)[]): void {
  dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-events': [event] } });
  if (reasons.length === 0) dynamodb.on(TransactWriteCommand).resolves({});
  else dynamodb.on(TransactWriteCommand).rejects(canceled(...reasons));
}

/** The reason of a key that stands for the bet 7, which was placed by a request with this hash. */
const takenBy = (hash: string): CancellationReason => ({
  Code: 'ConditionalCheckFailed',
  Item: { key: { S: 'key-1' }, betId: { S: betIdOf(7) }, requestHash: { S: hash } },
});

describe('POST /bets', () => {
  it('stores a bet with its count and its key, and answers with its place', async () => {
    const { dynamodb, ask, lines } = serve(placeBet);
    open(dynamodb);

    const answer = await ask(posting(BODY, KEY));

    expect(answer).toEqual(created({}));
    expect(lines).toEqual([]);
    const Keys = [{ eventId: 'sr:match:42' }];
    const countBet = {
      TableName: 'bet-maker-fences',
      Key: { eventFence: 'sr:match:42#8' },
      UpdateExpression: 'ADD placed :placed, stakedMinor :staked',
      ConditionExpression: 'attribute_exists(eventFence) AND attribute_not_exists(closedAt)',
      ExpressionAttributeValues: { ':placed': 1, ':staked': 1050n },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    const putBet = {
      TableName: 'bet-maker-bets',
      Item: {
        shard: '1',
        betId: NEW_BET_ID,
        eventId: 'sr:match:42',
        fence: 8,
        eventFence: 'sr:match:42#8',
        amountMinor: 1050n,
        placedAt: NOON_TEXT,
        status: 'pending',
        outcomeVersion: 0,
      },
      ConditionExpression: 'attribute_not_exists(betId)',
    };
    const putKey = {
      TableName: 'bet-maker-idempotencyKeys',
      Item: { key: 'key-1', betId: NEW_BET_ID, requestHash: HASH },
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': 'key' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    expect(sent(dynamodb)).toEqual([
      ['BatchGetCommand', { RequestItems: { 'bet-maker-events': { Keys, ConsistentRead: true } } }],
      [
        'TransactWriteCommand',
        { TransactItems: [{ Update: countBet }, { Put: putBet }, { Put: putKey }] },
      ],
    ]);
  });

  it.each([
    ['a number of an event', '{"event_id":4.2e1,"amount":"10.50"}', '42', '10.50'],
    ['the alias eventId', '{"eventId":"42","amount":"10.50"}', '42', '10.50'],
    ['an amount that is a number', '{"event_id":"42","amount":10.5}', '42', '10.50'],
    ['the largest amount', '{"event_id":"42","amount":1e9}', '42', '1000000000.00'],
  ])('takes %s', async (_case, body, event_id, amount) => {
    const { dynamodb, ask } = serve(placeBet);
    open(dynamodb);
    dynamodb.on(PutCommand).resolves({});
    dynamodb.on(UpdateCommand).resolves({ Attributes: { ...event, eventId: '42' } });

    const answer = await ask(posting(body));

    expect(answer).toEqual(created({ event_id, amount }));
  });

  it('replays the one bet of a key as it is now', async () => {
    const { dynamodb, ask } = serve(placeBet);
    open(dynamodb, 'None', 'None', takenBy(HASH));
    const stored = {
      shard: '7',
      betId: betIdOf(7),
      eventId: 'sr:match:42',
      fence: 3n,
      eventFence: 'sr:match:42#3',
      amountMinor: 1050n,
      placedAt: '2026-11-22T11:00:00.000Z',
      status: 'pending',
      outcomeVersion: 0n,
    };
    const result = { eventId: 'sr:match:42', outcome: 'LOSE', decidedAt: NOON_TEXT };
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { 'bet-maker-events': [event] } })
      .resolvesOnce({ Responses: { 'bet-maker-bets': [stored] } })
      .resolvesOnce({ Responses: { 'bet-maker-events': [result] } });

    const answer = await ask(posting(BODY, KEY));

    const settled = { status: 'lost', settled_at: NOON_TEXT };
    expect(answer).toEqual(
      jsonAnswer(
        201,
        { ...bet, id: betIdOf(7), placed_at: '2026-11-22T11:00:00.000Z', ...settled },
        { location: `bets/${betIdOf(7)}`, 'idempotency-replayed': 'true' },
      ),
    );
  });

  it('refuses a key that was used for another bet', async () => {
    const { dynamodb, ask } = serve(placeBet);
    open(dynamodb, 'None', 'None', takenBy('another'));

    const answer = await ask(posting(BODY, KEY));

    expect(answer).toEqual(
      problemAnswer('idempotency-key-reused', 'This key was used for a different bet.'),
    );
  });

  it('refuses a bet on an event with a result', async () => {
    const { dynamodb, ask, lines } = serve(placeBet);
    const noted = { Responses: { 'bet-maker-events': [{ ...event, intent }] } };
    dynamodb.on(BatchGetCommand).resolves(noted);

    const answer = await ask(posting(BODY));

    const detail = 'Event sr:match:42 takes no more bets. It has a result, or one is on its way.';
    expect(answer).toEqual(problemAnswer('event-settled', detail));
    expect(lines).toEqual([]);
  });

  it('lists all faults of all parts, and asks the store nothing', async () => {
    const { dynamodb, ask, lines } = serve(placeBet);

    const KEY_RULE =
      'must be one key of 1 to 255 visible characters, no comma, bare or in double quotes';
    const body = '{"event_id":"a\\n","amount":0.001,"odds/x~":1}';
    const answer = await ask(posting(body, { 'idempotency-key': 'a b' }));

    expect(answer).toEqual(
      invalidAnswer(
        { in: 'header', pointer: '#/idempotency-key', detail: KEY_RULE },
        { in: 'body', pointer: '#/event_id', detail: EVENT_FAULT },
        { in: 'body', pointer: '#/amount', detail: 'must have at most two decimals' },
        { in: 'body', pointer: '#/odds~1x~0', detail: 'is not one of event_id, amount' },
      ),
    );
    expect(sent(dynamodb)).toEqual([]);
    expect(lines).toEqual([]);
  });
});
