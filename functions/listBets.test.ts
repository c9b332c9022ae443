import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { betCursor, listBets } from '../lib/http/calls/listBets.ts';
import { EVENT_FAULT, invalidAnswer, taggedAnswer } from '../tests/support/apiEvent.ts';
import { type MockedDynamodb, sent } from '../tests/support/dynamodb.ts';
import { serve } from '../tests/support/handlers.ts';
import { betIdOf, NOON_TEXT } from '../tests/support/samples.ts';

const SHARDS = '0123456789abcdef'.split('');

function itemOf(number: number, eventId = 'e') {
  const betId = betIdOf(number);
  return {
    shard: betId.slice(-1),
    betId,
    eventId,
    fence: 3n,
    eventFence: `${eventId}#3`,
    amountMinor: 1050n,
    placedAt: NOON_TEXT,
    status: 'pending',
    outcomeVersion: 0n,
  };
}

function betOf(number: number, event_id = 'e', more: object = { status: 'pending' }): object {
  return { id: betIdOf(number), event_id, amount: '10.50', placed_at: NOON_TEXT, ...more };
}

/** Bets in the table, newest first, one page a shard; no event has a result. */
function hold(dynamodb: MockedDynamodb, ...items: ReturnType<typeof itemOf>[]): void {
  for (const shard of SHARDS) {
    dynamodb
      .on(QueryCommand, { ExpressionAttributeValues: { ':shard': shard } })
      .resolves({ Items: items.filter((item) => item.shard === shard) });
  }
  dynamodb.on(BatchGetCommand).resolves({});
}

describe('GET /bets', () => {
  it('shows the bets newest first, each under the result of its event', async () => {
    const { dynamodb, ask } = serve(listBets);
    hold(dynamodb, itemOf(0x30), itemOf(0x2b, 'lost'), itemOf(0x2a, 'won'), itemOf(0x10));
    const events = [
      { eventId: 'lost', outcome: 'LOSE', decidedAt: NOON_TEXT },
      { eventId: 'won', outcome: 'WIN', decidedAt: NOON_TEXT },
    ];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-events': events } });

    const answer = await ask({ path: '/bets' });

    expect(answer).toEqual(
      taggedAnswer([
        betOf(0x30),
        betOf(0x2b, 'lost', { status: 'lost', settled_at: NOON_TEXT }),
        betOf(0x2a, 'won', { status: 'won', settled_at: NOON_TEXT }),
        betOf(0x10),
      ]),
    );
  });

  it('leads to the next page with all that was asked for', async () => {
    const { dynamodb, ask } = serve(listBets);
    hold(dynamodb, itemOf(0x12), itemOf(0x11));

    const span = {
      placed_from: '2026-11-22T13:00:00+01:00',
      placed_before: '2026-11-23t00:00:00z',
    };
    const query = { limit: '1', status: 'pending', ...span };
    const answer = await ask({ path: '/bets', query });

    const cursor = betCursor(betIdOf(0x12), undefined);
    const times =
      'placed_from=2026-11-22T12%3A00%3A00.000Z&placed_before=2026-11-23T00%3A00%3A00.000Z';
    const link = `<?limit=1&status=pending&${times}&cursor=${cursor}>; rel="next"`;
    expect(answer).toEqual(taggedAnswer([betOf(0x12)], { link }));
    expect(sent(dynamodb)[0]?.[1]).toMatchObject({
      KeyConditionExpression: '#shard = :shard AND betId BETWEEN :from AND :last',
      // 2026-11-22T12:00:00Z is 1795348800000, 1a20320a200 in hexadecimal; by Python.
      ExpressionAttributeValues: {
        ':from': '01a20320-a200-0000-0000-000000000000',
        ':last': '01a205b3-cfff-ffff-ffff-ffffffffffff',
      },
    });
  });

  it('begins a page below the bet that its cursor names', async () => {
    const { dynamodb, ask } = serve(listBets);
    dynamodb.on(QueryCommand).resolves({});

    const cursor = betCursor(betIdOf(0x12), undefined);
    const answer = await ask({ path: '/bets', query: { limit: '2', cursor } });

    expect(answer).toEqual(taggedAnswer([]));
    expect(sent(dynamodb)).toEqual(
      SHARDS.map((shard) => [
        'QueryCommand',
        {
          TableName: 'bet-maker-bets',
          KeyConditionExpression: '#shard = :shard AND betId < :before',
          ExpressionAttributeNames: { '#shard': 'shard' },
          ExpressionAttributeValues: { ':shard': shard, ':before': betIdOf(0x12) },
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: 2,
        },
      ]),
    );
  });

  it('shows the bets on one event, and leads on with a cursor of that event', async () => {
    const { dynamodb, ask } = serve(listBets);
    const event = { eventId: 'e', listKey: `${NOON_TEXT} e`, fences: 1n };
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { 'bet-maker-events': [event] } })
      .resolvesOnce({ Responses: { 'bet-maker-bets': [itemOf(0x12), itemOf(0x11)] } })
      .resolvesOnce({});
    const ids = [{ betId: betIdOf(0x12) }, { betId: betIdOf(0x11) }];
    dynamodb.on(QueryCommand, { IndexName: 'byEvent' }).resolves({ Items: ids });

    const answer = await ask({ path: '/bets', query: { limit: '1', event_id: 'e' } });

    const cursor = betCursor(betIdOf(0x12), 'e');
    const link = `<?limit=1&event_id=e&cursor=${cursor}>; rel="next"`;
    expect(answer).toEqual(taggedAnswer([betOf(0x12)], { link }));
  });

  const LIMIT = 'must be an integer from 1 to 1000';
  const INSTANT =
    'must be an instant such as 2026-11-27T20:00:00Z or, in a query, …T20:00:00%2B01:00';
  const LATER = 'must be later than placed_from';
  const CURSOR = 'must be a cursor from the Link header of a page with the same event_id';
  const cursor = betCursor(betIdOf(1), 'e');

  it.each<[Record<string, string>, string, string]>([
    [{ limit: '1001' }, '#/limit', LIMIT],
    [{ status: 'PENDING' }, '#/status', 'must be pending, won or lost'],
    [{ event_id: 'a\n' }, '#/event_id', EVENT_FAULT],
    [{ placed_from: '2026-11-22' }, '#/placed_from', INSTANT],
    [{ placed_from: NOON_TEXT, placed_before: NOON_TEXT }, '#/placed_before', LATER],
    [{ cursor }, '#/cursor', CURSOR],
    [{ cursor, event_id: 'f' }, '#/cursor', CURSOR],
    [
      { offset: '5' },
      '#/offset',
      'is not one of limit, cursor, event_id, status, placed_from, placed_before',
    ],
  ])('refuses the query %j', async (query, pointer, detail) => {
    const { dynamodb, ask } = serve(listBets);

    const answer = await ask({ path: '/bets', query });

    expect(answer).toEqual(invalidAnswer({ in: 'query', pointer, detail }));
    expect(sent(dynamodb)).toEqual([]);
  });
});
