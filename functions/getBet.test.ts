import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { getBet } from '../lib/http/calls/getBet.ts';
import { problemAnswer, taggedAnswer } from '../tests/support/apiEvent.ts';
import { sent } from '../tests/support/dynamodb.ts';
import { serve } from '../tests/support/handlers.ts';
import { betIdOf, NOON_TEXT } from '../tests/support/samples.ts';

const ID = betIdOf(0xab);
const asking = (id: string) => ({ path: `/bets/${id}`, pathParameters: { id } });
const NOT_FOUND = problemAnswer('bet-not-found', 'There is no bet with this id.');

describe('GET /bets/{id}', () => {
  it('shows a bet by its id in either case, under the result of its event', async () => {
    const { dynamodb, ask } = serve(getBet);
    const item = {
      shard: 'b',
      betId: ID,
      eventId: 'sr:match:42',
      fence: 3n,
      eventFence: 'sr:match:42#3',
      amountMinor: 1050n,
      placedAt: NOON_TEXT,
      status: 'pending',
      outcomeVersion: 0n,
    };
    const decidedAt = '2026-11-22T13:00:00.000Z';
    const result = { eventId: 'sr:match:42', outcome: 'WIN', decidedAt };
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { 'bet-maker-bets': [item] } })
      .resolvesOnce({ Responses: { 'bet-maker-events': [result] } });

    const answer = await ask(asking(ID.toUpperCase()));

    expect(answer).toEqual(
      taggedAnswer({
        id: ID,
        event_id: 'sr:match:42',
        amount: '10.50',
        status: 'won',
        placed_at: NOON_TEXT,
        settled_at: decidedAt,
      }),
    );
    const Keys = [{ shard: 'b', betId: ID }];
    expect(sent(dynamodb)[0]).toEqual([
      'BatchGetCommand',
      { RequestItems: { 'bet-maker-bets': { Keys, ConsistentRead: true } } },
    ]);
  });

  it('does not find what cannot be the id of a bet', async () => {
    const { dynamodb, ask } = serve(getBet);

    const answer = await ask(asking('../events'));

    expect(answer).toEqual(NOT_FOUND);
    expect(sent(dynamodb)).toEqual([]);
  });
});
