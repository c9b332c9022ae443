import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  GetCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  apiEvent,
  context,
  INTERNAL,
  jsonAnswer,
  problemAnswer,
  read,
  type ReadAnswer,
  REQUEST_ID,
  type Sent,
  UNAVAILABLE,
} from '../tests/support/apiEvent.ts';
import { bareWrites } from '../tests/support/attributes.ts';
import {
  broken,
  canceled,
  conditionFailed,
  givenUp,
  refused,
  sent,
} from '../tests/support/dynamodb.ts';
import { betIdOf, NOON } from '../tests/support/fakes.ts';
import { handlerWorld, NEW_BET_ID, NOON_TEXT } from '../tests/support/handlers.ts';
import { service } from '../lib/service.ts';
import { handler } from './placeBet.ts';

const { dynamodb, errors, warnings, pauses } = handlerWorld();

const JSON_TYPE = { 'content-type': 'application/json' };

async function post(body: string | undefined, more: Sent = {}): Promise<ReadAnswer> {
  const headers = { ...JSON_TYPE, ...more.headers };
  const request = { method: 'POST', path: '/bets', ...more, headers };
  return read(
    await handler(apiEvent(body === undefined ? request : { ...request, body }), context),
  );
}

const BODY = '{"event_id":"sr:match:42","amount":"10.50"}';
const bet = {
  id: NEW_BET_ID,
  event_id: 'sr:match:42',
  amount: '10.50',
  status: 'pending',
  placed_at: NOON_TEXT,
};
const created = jsonAnswer(201, bet, { location: `/bets/${NEW_BET_ID}` });

function countedBehind(fence: number, eventId: string, stake: bigint): object {
  return {
    Update: {
      TableName: 'bet-maker-fences',
      Key: { eventFence: `${eventId}#${fence}` },
      UpdateExpression: 'ADD placed :one, stakedMinor :stake',
      ConditionExpression: 'attribute_not_exists(closedAt)',
      ExpressionAttributeValues: { ':one': 1, ':stake': stake },
    },
  };
}

function putBehind(fence: number, eventId: string, amountMinor: bigint): object {
  return {
    Put: {
      TableName: 'bet-maker-bets',
      Item: {
        shard: '1',
        betId: NEW_BET_ID,
        eventId,
        fence,
        eventFence: `${eventId}#${fence}`,
        amountMinor,
        placedAt: NOON_TEXT,
        status: 'pending',
        outcomeVersion: 0,
      },
      ConditionExpression: 'attribute_not_exists(betId)',
    },
  };
}

/** SHA-256 of "sr:match:42 1050", by OpenSSL. */
const HASH = 'J5ez-VGt09cFc2sR1KHZ_tHquDmy-o_mmNjLPtjvhUY';
const putKey = {
  Put: {
    TableName: 'bet-maker-idempotencyKeys',
    Item: { key: 'key-1', betId: NEW_BET_ID, requestHash: HASH },
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': 'key' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
};

const placing = (...items: object[]): [string, object] => [
  'TransactWriteItemsCommand',
  { TransactItems: bareWrites(items) },
];
const firstTry = placing(
  countedBehind(32, 'sr:match:42', 1050n),
  putBehind(32, 'sr:match:42', 1050n),
);
const keyedTry = placing(
  countedBehind(32, 'sr:match:42', 1050n),
  putBehind(32, 'sr:match:42', 1050n),
  putKey,
);

/** The event is listed before its first bet, or brought to the front of the list. */
const listing = (eventId: string): [string, object] => [
  'UpdateCommand',
  {
    TableName: 'bet-maker-events',
    Key: { eventId },
    UpdateExpression: 'SET #state = :open, activity = :activity',
    ConditionExpression: 'attribute_not_exists(activity) OR #state = :open AND activity < :quiet',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':open': 'open',
      ':activity': `${NOON_TEXT} ${eventId}`,
      ':quiet': '2026-11-22T11:59:00.000Z',
    },
  },
];

/** All that is sent after the event is listed. */
function sentAfterListing(eventId = 'sr:match:42'): [string, object][] {
  const [first, ...rest] = sent(dynamodb);
  expect(first).toEqual(listing(eventId));
  return rest;
}

beforeEach(() => {
  dynamodb.on(UpdateCommand).resolves({});
});

describe('POST /bets', () => {
  it('stores a bet and answers it with its place', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});

    expect(await post(BODY)).toEqual(created);
    expect(sentAfterListing()).toEqual([firstTry]);
    expect(errors).not.toHaveBeenCalled();
    expect(warnings).not.toHaveBeenCalled();
  });

  it.each([
    ['a number of an event', '{"event_id":42,"amount":"10.50"}', '42', '10.50', 1050n],
    ['the alias eventId', '{"eventId":"42","amount":"10.50"}', '42', '10.50', 1050n],
    ['an amount that is a number', '{"event_id":"42","amount":10.5}', '42', '10.50', 1050n],
    ['an amount with an exponent', '{"event_id":"42","amount":1e1}', '42', '10.00', 1000n],
    ['the smallest amount', '{"event_id":"42","amount":0.01}', '42', '0.01', 1n],
    [
      'the largest amount',
      '{"event_id":"42","amount":"1000000000.00"}',
      '42',
      '1000000000.00',
      100_000_000_000n,
    ],
  ])('takes %s', async (_case, body, eventId, amount, minor) => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});

    const answer = await post(body);

    expect(answer).toEqual({ ...created, body: { ...bet, event_id: eventId, amount } });
    expect(sentAfterListing(eventId)).toEqual([
      placing(countedBehind(32, eventId, minor), putBehind(32, eventId, minor)),
    ]);
  });

  it('takes a body that comes base64-encoded', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});
    const body = Buffer.from(BODY).toString('base64');

    expect(await post(body, { isBase64Encoded: true })).toEqual(created);
  });

  it('takes the content type with a charset', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});
    const headers = { 'content-type': 'application/json; charset=utf-8' };

    expect(await post(BODY, { headers })).toEqual(created);
  });

  it('refuses a bet on an event with a result', async () => {
    dynamodb.on(TransactWriteItemsCommand).rejects(canceled('ConditionalCheckFailed', 'None'));

    expect(await post(BODY)).toEqual(
      problemAnswer(
        409,
        'event-settled',
        'The event has a result',
        'Event sr:match:42 has a result; it takes no more bets.',
      ),
    );
    expect(sentAfterListing()).toEqual([firstTry]);
    expect(errors).not.toHaveBeenCalled();
  });

  describe('with an idempotency key', () => {
    const keyed = { headers: { 'idempotency-key': 'key-1' } };
    const recordOf = (requestHash: string): object => ({
      key: { S: 'key-1' },
      betId: { S: betIdOf(7) },
      requestHash: { S: requestHash },
    });
    const takenBy = (requestHash: string): Error =>
      canceled('None', 'None', {
        Code: 'ConditionalCheckFailed',
        Item: recordOf(requestHash) as never,
      });
    const storedBet = {
      shard: '7',
      betId: betIdOf(7),
      eventId: 'sr:match:42',
      fence: 3n,
      amountMinor: 1050n,
      placedAt: '2026-11-22T11:00:00.000Z',
    };
    const shown = { ...bet, id: betIdOf(7), placed_at: '2026-11-22T11:00:00.000Z' };

    it.each(['key-1', '"key-1"'])('stores the key %s with the bet', async (key) => {
      dynamodb.on(TransactWriteItemsCommand).resolves({});

      expect(await post(BODY, { headers: { 'idempotency-key': key } })).toEqual(created);
      expect(sentAfterListing()).toEqual([keyedTry]);
    });

    it('replays the one bet in its current state', async () => {
      dynamodb.on(TransactWriteItemsCommand).rejects(takenBy(HASH));
      dynamodb.on(GetCommand).resolves({ Item: storedBet });
      dynamodb.on(BatchGetCommand).resolves({
        Responses: {
          'bet-maker-events': [{ eventId: 'sr:match:42', outcome: 'LOSE', decidedAt: NOON_TEXT }],
        },
      });

      expect(await post(BODY, keyed)).toEqual(
        jsonAnswer(
          201,
          { ...shown, status: 'lost', settled_at: NOON_TEXT },
          { location: `/bets/${betIdOf(7)}`, 'idempotency-replayed': 'true' },
        ),
      );
      expect(sentAfterListing()).toEqual([
        keyedTry,
        [
          'GetCommand',
          {
            TableName: 'bet-maker-bets',
            Key: { shard: '7', betId: betIdOf(7) },
            ConsistentRead: true,
          },
        ],
        [
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
        ],
      ]);
    });

    it('refuses the key for another bet', async () => {
      dynamodb.on(TransactWriteItemsCommand).rejects(takenBy('another'));

      expect(await post(BODY, keyed)).toEqual(
        problemAnswer(
          422,
          'idempotency-key-reused',
          'The idempotency key was used for another bet',
          'This key was used for a different bet.',
        ),
      );
      expect(sentAfterListing()).toEqual([keyedTry]);
    });

    it('replays the bet that landed before its event was settled, behind another fence', async () => {
      dynamodb
        .on(TransactWriteItemsCommand)
        .rejects(canceled('ConditionalCheckFailed', 'None', 'None'));
      dynamodb.on(TransactWriteCommand).resolves({});
      const record = { key: 'key-1', betId: betIdOf(7), requestHash: HASH };
      dynamodb.on(TransactGetCommand).resolves({ Responses: [{ Item: record }] });
      dynamodb.on(GetCommand, { TableName: 'bet-maker-bets' }).resolves({ Item: storedBet });
      dynamodb.on(BatchGetCommand).resolves({ Responses: {} });

      expect(await post(BODY, keyed)).toEqual(
        jsonAnswer(201, shown, {
          location: `/bets/${betIdOf(7)}`,
          'idempotency-replayed': 'true',
        }),
      );
      expect(sentAfterListing().map(([name]) => name)).toEqual([
        'TransactWriteItemsCommand',
        'BatchGetCommand',
        'TransactWriteCommand',
        'TransactGetCommand',
        'GetCommand',
        'BatchGetCommand',
      ]);
    });

    it.each(['', 'two words', '"', '""', 'a"b', '\\', 'é', 'x'.repeat(256)])(
      'refuses the key %j',
      async (key) => {
        expect(await post(BODY, { headers: { 'idempotency-key': key } })).toEqual(
          problemAnswer(
            422,
            'invalid-request',
            'The request is not valid',
            'Not valid: header #/idempotency-key.',
            [
              {
                in: 'header',
                pointer: '#/idempotency-key',
                detail: 'must be 1 to 255 visible characters, bare or in double quotes',
              },
            ],
          ),
        );
        expect(sent(dynamodb)).toEqual([]);
      },
    );
  });

  it('lists an event once a minute, however many bets it takes', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});
    const now = jest.spyOn(service.clock, 'now');

    for (const seconds of [0, 1, 59, 60, 119]) {
      now.mockReturnValue(NOON + seconds * 1_000);
      await post(BODY);
    }

    const updates = sent(dynamodb).map(([name], index) => (name === 'UpdateCommand' ? index : -1));
    expect(updates.filter((index) => index >= 0)).toEqual([0, 4]);
  });

  it('takes a bet on an event that somebody else has listed', async () => {
    dynamodb.on(UpdateCommand).rejects(conditionFailed());
    dynamodb.on(TransactWriteItemsCommand).resolves({});

    expect(await post(BODY)).toEqual(created);
  });

  it('takes no bet on an event that cannot be listed', async () => {
    dynamodb.on(UpdateCommand).rejects(refused('ThrottlingException'));

    expect(await post(BODY)).toEqual(UNAVAILABLE);
    expect(sentAfterListing()).toEqual([]);
  });

  it('tries another fence when it meets another writer', async () => {
    dynamodb
      .on(TransactWriteItemsCommand)
      .rejectsOnce(canceled('TransactionConflict'))
      .resolves({});
    // The first fence, a pause, the second fence.
    const random = [0.5, 0.1, 0.25];
    jest.spyOn(service, 'random').mockImplementation(() => random.shift() ?? 0);

    expect(await post(BODY)).toEqual(created);
    expect(sentAfterListing()).toEqual([
      firstTry,
      placing(countedBehind(16, 'sr:match:42', 1050n), putBehind(16, 'sr:match:42', 1050n)),
    ]);
    expect(pauses.mock.calls).toEqual([[1, expect.any(AbortSignal)]]);
  });

  it('answers that it is busy after eight tries that met another writer', async () => {
    dynamodb.on(TransactWriteItemsCommand).rejects(canceled('TransactionConflict'));

    const answer = await post(BODY);

    expect(answer).toEqual(
      problemAnswer(
        503,
        'unavailable',
        'The store is away or busy',
        'The event takes too many bets at once: 8 tries met another writer.',
      ),
    );
    expect(answer.headers['retry-after']).toBe('1');
    expect(sentAfterListing()).toHaveLength(8);
  });

  describe('on a body that is not valid', () => {
    const invalid = (
      ...errorsFound: { in: string; pointer: string; detail: string }[]
    ): ReadAnswer =>
      problemAnswer(
        422,
        'invalid-request',
        'The request is not valid',
        `Not valid: ${errorsFound.map((fault) => `${fault.in} ${fault.pointer}`).join(', ')}.`,
        errorsFound,
      );
    const inBody = (pointer: string, detail: string) => ({ in: 'body', pointer, detail });
    const NOT_A_DECIMAL = 'must be a number or a decimal string such as "10.50"';
    const EVENT_RULE = 'must be 1 to 128 characters out of A-Z a-z 0-9 . _ : ~ -, not just . or ..';
    const INTEGER_RULE = 'must be an integer between -(2^53 - 1) and 2^53 - 1';

    it('lists all faults of all parts', async () => {
      const body = '{"event_id":"a b","amount":0,"odds/x~":1,"stake":2}';

      expect(await post(body, { headers: { 'idempotency-key': 'a b' } })).toEqual(
        invalid(
          {
            in: 'header',
            pointer: '#/idempotency-key',
            detail: 'must be 1 to 255 visible characters, bare or in double quotes',
          },
          inBody('#/event_id', EVENT_RULE),
          inBody('#/amount', 'must be greater than 0'),
          inBody('#/odds~1x~0', 'is not known'),
          inBody('#/stake', 'is not known'),
        ),
      );
      expect(sent(dynamodb)).toEqual([]);
    });

    it.each([
      ['0', 'must be greater than 0'],
      ['-1', 'must be greater than 0'],
      ['"-0.01"', 'must be greater than 0'],
      ['0.001', 'must have at most two decimals'],
      ['1e-3', 'must have at most two decimals'],
      ['10.000000000000000001', 'must have at most two decimals'],
      ['"10.500"', 'must have at most two decimals'],
      ['1000000000.01', 'must be at most 1000000000.00'],
      ['1e400', 'must be at most 1000000000.00'],
      ['"1,5"', NOT_A_DECIMAL],
      ['"NaN"', NOT_A_DECIMAL],
      ['" 1"', NOT_A_DECIMAL],
      ['""', NOT_A_DECIMAL],
      ['null', NOT_A_DECIMAL],
      ['true', NOT_A_DECIMAL],
      ['[10]', NOT_A_DECIMAL],
      ['{"value":10}', NOT_A_DECIMAL],
    ])('refuses the amount %s', async (amount, detail) => {
      expect(await post(`{"event_id":"42","amount":${amount}}`)).toEqual(
        invalid(inBody('#/amount', detail)),
      );
      expect(sent(dynamodb)).toEqual([]);
    });

    it.each([
      ['""', EVENT_RULE],
      ['"a/b"', EVENT_RULE],
      [`"${'x'.repeat(129)}"`, EVENT_RULE],
      ['1.5', INTEGER_RULE],
      ['9007199254740992', INTEGER_RULE],
      ['-9007199254740992', INTEGER_RULE],
      ['9007199254740991.5', INTEGER_RULE],
      ['1e400', INTEGER_RULE],
      ['null', `must be an integer, or ${EVENT_RULE}`],
      ['false', `must be an integer, or ${EVENT_RULE}`],
      ['["42"]', `must be an integer, or ${EVENT_RULE}`],
    ])('refuses the event %s', async (event, detail) => {
      expect(await post(`{"event_id":${event},"amount":"1"}`)).toEqual(
        invalid(inBody('#/event_id', detail)),
      );
    });

    it.each([
      [
        'nothing but an object',
        '{}',
        [
          inBody('#/event_id', `must be an integer, or ${EVENT_RULE}`),
          inBody('#/amount', NOT_A_DECIMAL),
        ],
      ],
      [
        'both names of the event',
        '{"event_id":"1","eventId":"1","amount":"1"}',
        [inBody('#/eventId', 'is not known')],
      ],
      ['an array', '[]', [inBody('#', 'must be an object')]],
      ['a number', '5', [inBody('#', 'must be an object')]],
      ['a text', '"bet"', [inBody('#', 'must be an object')]],
      ['null', 'null', [inBody('#', 'must be an object')]],
    ])('refuses %s', async (_case, body, faults) => {
      expect(await post(body)).toEqual(invalid(...faults));
    });

    const malformed = problemAnswer(
      422,
      'malformed-json',
      'The body is not JSON',
      'The body cannot be parsed as JSON.',
    );

    it.each([
      ['cut JSON', '{"event_id":'],
      ['NaN', '{"event_id":"42","amount":NaN}'],
      ['a trailing comma', '{"event_id":"42","amount":1,}'],
      ['an empty body', ''],
      ['no body', undefined],
      ['a key that would change prototypes', '{"__proto__":{"amount":1}}'],
    ])('refuses %s as malformed', async (_case, body) => {
      expect(await post(body)).toEqual(malformed);
      expect(sent(dynamodb)).toEqual([]);
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', ''])(
      'refuses the content type %j',
      async (type) => {
        expect(await post(BODY, { headers: { 'content-type': type } })).toEqual(
          problemAnswer(
            415,
            'unsupported-media-type',
            'The body must be JSON',
            'Send application/json.',
          ),
        );
      },
    );

    it('refuses a body of more than 64 KiB, and takes one of just that', async () => {
      dynamodb.on(TransactWriteItemsCommand).resolves({});
      const most = BODY.padEnd(65_536, ' ');

      expect(await post(most)).toEqual(created);
      expect(await post(`${most} `)).toEqual(
        problemAnswer(
          413,
          'body-too-large',
          'The body is too large',
          'A body may have 65536 bytes.',
        ),
      );
    });

    it('counts bytes, not characters', async () => {
      const { statusCode } = await post(JSON.stringify('é'.repeat(40_000)));

      expect(statusCode).toBe(413);
    });
  });

  it.each([
    refused('ThrottlingException'),
    refused('ProvisionedThroughputExceededException'),
    refused('RequestLimitExceeded'),
    refused('InternalServerError', 500),
    refused('ServiceUnavailable', 503),
    refused('ResourceNotFoundException'),
    broken('ECONNREFUSED'),
    broken('ECONNRESET'),
    broken('ENOTFOUND'),
    givenUp('TimeoutError'),
    givenUp('AbortError'),
  ])('asks to come back when the store fails with $message', async (error) => {
    dynamodb.on(TransactWriteItemsCommand).rejects(error);

    const answer = await post(BODY);

    expect(answer).toEqual(UNAVAILABLE);
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(warnings.mock.calls).toEqual([
      [
        'The store did not serve a request',
        { requestId: REQUEST_ID, error: expect.objectContaining({ cause: error }) },
      ],
    ]);
    expect(errors).not.toHaveBeenCalled();
  });

  it.each([
    new TypeError('secret: undefined is not a function'),
    refused('ValidationException'),
    refused('AccessDeniedException'),
    canceled('ValidationError'),
  ])('hides a bug, and logs it once ($message)', async (error) => {
    dynamodb.on(TransactWriteItemsCommand).rejects(error);

    const answer = await post(BODY);

    expect(answer).toEqual(INTERNAL);
    expect(errors.mock.calls).toEqual([['A request failed', { requestId: REQUEST_ID, error }]]);
    expect(warnings).not.toHaveBeenCalled();
  });
});
