import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { encodeBetCursor } from '../lib/http/cursor.ts';
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
import { broken, refused, sent } from '../tests/support/dynamodb.ts';
import { betIdOf } from '../tests/support/fakes.ts';
import { handlerWorld, NOON_TEXT } from '../tests/support/handlers.ts';
import { handler } from './listBets.ts';

const { dynamodb, errors, pauses } = handlerWorld();

const SHARDS = '0123456789abcdef'.split('');

function itemOf(number: number, eventId = 'e'): Record<string, unknown> {
  const betId = betIdOf(number);
  return {
    shard: betId.slice(-1),
    betId,
    eventId,
    fence: 3n,
    amountMinor: 1050n,
    placedAt: NOON_TEXT,
    status: 'pending',
    outcomeVersion: 0n,
  };
}

function betOf(number: number, event_id = 'e', more: object = { status: 'pending' }): object {
  return { id: betIdOf(number), event_id, amount: '10.50', placed_at: NOON_TEXT, ...more };
}

/** Bets in the table, one page a shard. */
function hold(...items: Record<string, unknown>[]): void {
  for (const shard of SHARDS) {
    const inShard = items.filter((item) => item['shard'] === shard).toReversed();
    dynamodb
      .on(QueryCommand, { ExpressionAttributeValues: { ':shard': shard } })
      .resolves({ Items: inShard });
  }
  dynamodb.on(BatchGetCommand).resolves({ Responses: {} });
}

async function get(query?: Record<string, string>): Promise<ReadAnswer> {
  const request = apiEvent(query === undefined ? { path: '/bets' } : { path: '/bets', query });
  return read(await handler(request, context));
}

const shardQuery = (shard: string, Limit: number): [string, object] => [
  'QueryCommand',
  {
    TableName: 'bet-maker-bets',
    KeyConditionExpression: '#shard = :shard',
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': shard },
    ConsistentRead: true,
    ScanIndexForward: false,
    Limit,
  },
];
const resultsQuery = (...eventIds: string[]): [string, object] => [
  'BatchGetCommand',
  {
    RequestItems: {
      'bet-maker-events': {
        Keys: eventIds.map((eventId) => ({ eventId })),
        ConsistentRead: true,
        ProjectionExpression: 'eventId, outcome, decidedAt',
      },
    },
  },
];

describe('GET /bets', () => {
  it('is an empty array before the first bet', async () => {
    hold();

    expect(await get()).toEqual(taggedAnswer(200, []));
    // 1001 bets from 16 shards: 62.6 each and four standard deviations more.
    expect(sent(dynamodb)).toEqual(SHARDS.map((shard) => shardQuery(shard, 95)));
  });

  it('shows all bets newest first, each under the result of its event', async () => {
    hold(itemOf(0x10), itemOf(0x2a, 'won'), itemOf(0x2b, 'lost'), itemOf(0x30));
    const events = [
      { eventId: 'lost', outcome: 'LOSE', decidedAt: NOON_TEXT },
      { eventId: 'won', outcome: 'WIN', decidedAt: NOON_TEXT },
    ];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-events': events } });

    expect(await get()).toEqual(
      taggedAnswer(200, [
        betOf(0x30),
        betOf(0x2b, 'lost', { status: 'lost', settled_at: NOON_TEXT }),
        betOf(0x2a, 'won', { status: 'won', settled_at: NOON_TEXT }),
        betOf(0x10),
      ]),
    );
    expect(sent(dynamodb).slice(16)).toEqual([resultsQuery('e', 'lost', 'won')]);
  });

  it('leads to the next page, which begins below this one', async () => {
    hold(itemOf(0x11), itemOf(0x12), itemOf(0x13));

    const answer = await get({ limit: '2', status: 'pending' });

    const cursor = encodeBetCursor(betIdOf(0x12), undefined);
    expect(answer).toEqual(
      taggedAnswer(200, [betOf(0x13), betOf(0x12)], {
        link: `</bets?limit=2&status=pending&cursor=${cursor}>; rel="next"`,
      }),
    );

    dynamodb.resetHistory();
    const values = { ':shard': '1', ':before': betIdOf(0x12) };
    dynamodb.on(QueryCommand).resolves({ Items: [] });
    dynamodb
      .on(QueryCommand, { ExpressionAttributeValues: values })
      .resolves({ Items: [itemOf(0x11)] });
    expect(await get({ limit: '2', status: 'pending', cursor })).toEqual(
      taggedAnswer(200, [betOf(0x11)]),
    );
    expect(sent(dynamodb)[1]).toEqual([
      'QueryCommand',
      {
        TableName: 'bet-maker-bets',
        KeyConditionExpression: '#shard = :shard AND betId < :before',
        ExpressionAttributeNames: { '#shard': 'shard' },
        ExpressionAttributeValues: values,
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: 2,
      },
    ]);
  });

  it('reads a shard on behind its last page', async () => {
    hold();
    const first = { ExpressionAttributeValues: { ':shard': '1' } };
    const LastEvaluatedKey = { shard: '1', betId: betIdOf(0x21) };
    dynamodb
      .on(QueryCommand, first)
      .resolvesOnce({ Items: [itemOf(0x21)], LastEvaluatedKey })
      .resolvesOnce({ Items: [itemOf(0x11)] });

    expect(await get()).toEqual(taggedAnswer(200, [betOf(0x21), betOf(0x11)]));
    const [name, input] = shardQuery('1', 94);
    expect(sent(dynamodb)).toContainEqual([
      name,
      { ...input, ExclusiveStartKey: LastEvaluatedKey },
    ]);
  });

  it('shows only the bets of a status, and none is a page too', async () => {
    hold(itemOf(0x11), itemOf(0x12));

    expect(await get({ status: 'won', limit: '1' })).toEqual(
      taggedAnswer(200, [], {
        link: `</bets?limit=1&status=won&cursor=${encodeBetCursor(betIdOf(0x12), undefined)}>; rel="next"`,
      }),
    );
    expect(await get({ status: 'pending' })).toEqual(taggedAnswer(200, [betOf(0x12), betOf(0x11)]));
  });

  describe('of one event', () => {
    const fenceKeys = Array.from({ length: 64 }, (_, fence) => ({ eventFence: `e#${fence}` }));
    const idsBehind = (fence: number, Limit: number): [string, object] => [
      'QueryCommand',
      {
        TableName: 'bet-maker-bets',
        IndexName: 'byEvent',
        KeyConditionExpression: 'eventFence = :fence',
        ExpressionAttributeValues: { ':fence': `e#${fence}` },
        ProjectionExpression: 'betId',
        ScanIndexForward: false,
        Limit,
      },
    ];

    it('reads the index behind the fences that hold bets, and then the bets', async () => {
      const fences = [
        { eventFence: 'e#3', placed: 2n },
        { eventFence: 'e#4', placed: 0n },
        { eventFence: 'e#9', placed: 1n },
      ];
      dynamodb
        .on(BatchGetCommand)
        .resolvesOnce({ Responses: { 'bet-maker-fences': fences } })
        .resolvesOnce({
          Responses: { 'bet-maker-bets': [itemOf(0x11), itemOf(0x13), itemOf(0x12)] },
        })
        .resolvesOnce({ Responses: {} });
      dynamodb
        .on(QueryCommand)
        .resolvesOnce({ Items: [{ betId: betIdOf(0x13) }, { betId: betIdOf(0x11) }] })
        .resolvesOnce({ Items: [{ betId: betIdOf(0x12) }] });

      expect(await get({ event_id: 'e', limit: '5' })).toEqual(
        taggedAnswer(200, [betOf(0x13), betOf(0x12), betOf(0x11)]),
      );
      expect(sent(dynamodb)).toEqual([
        [
          'BatchGetCommand',
          { RequestItems: { 'bet-maker-fences': { Keys: fenceKeys, ConsistentRead: true } } },
        ],
        idsBehind(3, 6),
        idsBehind(9, 6),
        [
          'BatchGetCommand',
          {
            RequestItems: {
              'bet-maker-bets': {
                Keys: [0x13, 0x12, 0x11].map((number) => ({
                  shard: betIdOf(number).slice(-1),
                  betId: betIdOf(number),
                })),
                ConsistentRead: true,
              },
            },
          },
        ],
        resultsQuery('e'),
      ]);
    });

    it('leads to the next page with a cursor of this event', async () => {
      dynamodb
        .on(BatchGetCommand)
        .resolvesOnce({ Responses: { 'bet-maker-fences': [{ eventFence: 'e#3', placed: 2n }] } })
        .resolvesOnce({ Responses: { 'bet-maker-bets': [itemOf(0x12), itemOf(0x11)] } })
        .resolvesOnce({ Responses: {} });
      dynamodb
        .on(QueryCommand)
        .resolves({ Items: [{ betId: betIdOf(0x12) }, { betId: betIdOf(0x11) }] });

      const cursor = encodeBetCursor(betIdOf(0x12), 'e');
      expect(await get({ event_id: 'e', limit: '1' })).toEqual(
        taggedAnswer(200, [betOf(0x12)], {
          link: `</bets?limit=1&event_id=e&cursor=${cursor}>; rel="next"`,
        }),
      );
    });
  });

  describe('with a query that is not valid', () => {
    const LIMIT = 'must be an integer from 1 to 1000';
    const CURSOR = 'must be a cursor from the Link header of a page with the same event_id';
    const cursor = encodeBetCursor(betIdOf(1), 'e');

    it.each([
      [{ limit: '0' }, '#/limit', LIMIT],
      [{ limit: '1001' }, '#/limit', LIMIT],
      [{ limit: '-1' }, '#/limit', LIMIT],
      [{ limit: '1.5' }, '#/limit', LIMIT],
      [{ limit: '1e2' }, '#/limit', LIMIT],
      [{ limit: '' }, '#/limit', LIMIT],
      [{ limit: '1,2' }, '#/limit', LIMIT],
      [{ status: 'PENDING' }, '#/status', 'must be pending, won or lost'],
      [
        { event_id: 'a b' },
        '#/event_id',
        'must be 1 to 128 characters out of A-Z a-z 0-9 . _ : ~ -, not just . or ..',
      ],
      [{ cursor: 'made-up' }, '#/cursor', CURSOR],
      [{ cursor: '' }, '#/cursor', CURSOR],
      [{ cursor }, '#/cursor', CURSOR],
      [{ cursor, event_id: 'f' }, '#/cursor', CURSOR],
      [{ offset: '5' }, '#/offset', 'is not known'],
    ])('refuses %j', async (query, pointer, detail) => {
      expect(await get(query as Record<string, string>)).toEqual(
        problemAnswer(
          422,
          'invalid-request',
          'The request is not valid',
          `Not valid: query ${pointer}.`,
          [{ in: 'query', pointer, detail }],
        ),
      );
      expect(sent(dynamodb)).toEqual([]);
    });

    it('lists all faults', async () => {
      const { body } = await get({ limit: 'x', status: 'y', offset: '5' });

      expect(body).toMatchObject({
        status: 422,
        detail: 'Not valid: query #/limit, query #/status, query #/offset.',
      });
    });

    it('takes the limits 1 and 1000', async () => {
      hold(itemOf(0x11));

      expect(await get({ limit: '1' })).toEqual(taggedAnswer(200, [betOf(0x11)]));
      expect(await get({ limit: '1000' })).toEqual(taggedAnswer(200, [betOf(0x11)]));
    });
  });

  it('reads results again that were left undone', async () => {
    hold(itemOf(0x11));
    const result = { eventId: 'e', outcome: 'WIN', decidedAt: NOON_TEXT };
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ UnprocessedKeys: { 'bet-maker-events': { Keys: [{ eventId: 'e' }] } } })
      .resolvesOnce({ Responses: { 'bet-maker-events': [result] } });

    const answer = await get();

    expect(answer).toEqual(
      taggedAnswer(200, [betOf(0x11, 'e', { status: 'won', settled_at: NOON_TEXT })]),
    );
    expect(pauses).toHaveBeenCalledTimes(1);
  });

  it.each([refused('ProvisionedThroughputExceededException'), broken('ECONNREFUSED')])(
    'asks to come back when one shard fails with $message',
    async (error) => {
      hold();
      const values = { ExpressionAttributeValues: { ':shard': 'c' } };
      dynamodb.on(QueryCommand, values).rejects(error);

      expect(await get()).toEqual(UNAVAILABLE);
    },
  );

  it('hides a record that cannot be read, and logs why', async () => {
    hold({ ...itemOf(0x11), placedAt: 'secret' });

    expect(await get()).toEqual(INTERNAL);
    expect(errors.mock.calls).toEqual([
      ['A request failed', { requestId: REQUEST_ID, error: expect.any(Error) }],
    ]);
  });
});
