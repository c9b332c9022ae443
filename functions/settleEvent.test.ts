import { BatchExecuteStatementCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  GetCommand,
  QueryCommand,
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
  UNAVAILABLE,
} from '../tests/support/apiEvent.ts';
import { broken, canceled, conditionFailed, refused, sent } from '../tests/support/dynamodb.ts';
import { betIdOf } from '../tests/support/fakes.ts';
import { handlerWorld, NOON_TEXT } from '../tests/support/handlers.ts';
import { handler } from './settleEvent.ts';

const { dynamodb, errors } = handlerWorld();

const EVENT = 'sr:match:42';
const LATER = '2026-11-22T13:00:00.000Z';
const IDS = [betIdOf(1), betIdOf(2)];

async function put(
  body: string,
  headers: Record<string, string> = {},
  event_id = EVENT,
): Promise<ReadAnswer> {
  const request = apiEvent({
    method: 'PUT',
    path: `/events/${event_id}`,
    pathParameters: { event_id },
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return read(await handler(request, context));
}

const WIN = '{"status":"WIN"}';
const LOSE = '{"status":"LOSE"}';

const verdictItem = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT, version: 1n };
/** As a table holds an event with two bets. */
const settled = {
  eventId: EVENT,
  outcome: 'WIN',
  decidedAt: NOON_TEXT,
  version: 1n,
  state: 'settled',
  bets: 2n,
  stakedMinor: 2100n,
  history: [verdictItem],
};
const settling = { ...settled, state: 'settling' };
const byOthers = { ...settled, history: [{ ...verdictItem, id: 'others' }] };
const corrected = {
  ...settling,
  outcome: 'LOSE',
  version: 2n,
  history: [
    { ...verdictItem, id: 'others' },
    { ...verdictItem, outcome: 'LOSE', version: 2n },
  ],
};

const event = {
  event_id: EVENT,
  status: 'WIN',
  version: 1,
  state: 'settled',
  bets: { total: 2, settled: 2, staked: '21.00' },
  history: [{ status: 'WIN', version: 1, decided_at: NOON_TEXT }],
};
const correctedEvent = {
  ...event,
  status: 'LOSE',
  version: 2,
  history: [
    { status: 'WIN', version: 1, decided_at: NOON_TEXT },
    { status: 'LOSE', version: 2, decided_at: NOON_TEXT },
  ],
};

const fenceKeys = Array.from({ length: 64 }, (_, fence) => ({ eventFence: `${EVENT}#${fence}` }));
const fenceItem = { eventFence: `${EVENT}#7`, placed: 2n, stakedMinor: 2100n };

const readingEvent: [string, object] = [
  'GetCommand',
  { TableName: 'bet-maker-events', Key: { eventId: EVENT }, ConsistentRead: true },
];
const readingFences: [string, object] = [
  'BatchGetCommand',
  { RequestItems: { 'bet-maker-fences': { Keys: fenceKeys, ConsistentRead: true } } },
];
const noting: [string, object] = [
  'UpdateCommand',
  {
    TableName: 'bet-maker-events',
    Key: { eventId: EVENT },
    UpdateExpression: 'SET intent = :intent, unfinished = :unfinished, unfinishedSince = :since',
    ConditionExpression: 'attribute_not_exists(version)',
    ExpressionAttributeValues: {
      ':intent': { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT },
      ':unfinished': '1',
      ':since': NOON_TEXT,
    },
  },
];
const closing: [string, object] = [
  'TransactWriteCommand',
  {
    TransactItems: fenceKeys.map((Key) => ({
      Update: {
        TableName: 'bet-maker-fences',
        Key,
        UpdateExpression: 'SET closedAt = if_not_exists(closedAt, :closedAt)',
        ExpressionAttributeValues: { ':closedAt': NOON_TEXT },
      },
    })),
  },
];

function forcing(outcome: string, version: number, bets: number, staked: bigint): [string, object] {
  const goesOn = bets > 0;
  return [
    'UpdateCommand',
    {
      TableName: 'bet-maker-events',
      Key: { eventId: EVENT },
      UpdateExpression:
        'SET outcome = :outcome, decidedAt = :decidedAt, version = :version, #state = :state, ' +
        'activity = :activity, bets = :bets, stakedMinor = :staked, ' +
        'history = list_append(if_not_exists(history, :none), :verdict)' +
        (goesOn
          ? ', unfinished = :unfinished, unfinishedSince = :decidedAt REMOVE intent'
          : ' REMOVE intent, unfinished, unfinishedSince'),
      ConditionExpression: version === 1 ? 'attribute_not_exists(version)' : 'version = :from',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':outcome': outcome,
        ':decidedAt': NOON_TEXT,
        ':version': version,
        ':state': goesOn ? 'settling' : 'settled',
        ':activity': `${NOON_TEXT} ${EVENT}`,
        ':bets': bets,
        ':staked': staked,
        ':none': [],
        ':verdict': [{ id: 'decision-1', outcome, decidedAt: NOON_TEXT, version }],
        ...(goesOn && { ':unfinished': '1' }),
        ...(version > 1 && { ':from': version - 1 }),
      },
      ReturnValues: 'ALL_NEW',
    },
  ];
}

const walking: [string, object] = [
  'QueryCommand',
  {
    TableName: 'bet-maker-bets',
    IndexName: 'byEvent',
    KeyConditionExpression: 'eventFence = :fence',
    ExpressionAttributeValues: { ':fence': `${EVENT}#7` },
    ProjectionExpression: 'betId',
    Limit: 500,
  },
];
const storing = (ids: string[], status: string, version: number): [string, object] => [
  'BatchExecuteStatementCommand',
  {
    Statements: ids.map((id) => ({
      Statement:
        'UPDATE "bet-maker-bets" SET "status"=? SET "outcomeVersion"=? SET "settledAt"=? ' +
        'WHERE "shard"=? AND "betId"=? AND "outcomeVersion"<?',
      Parameters: [
        { S: status },
        { N: `${version}` },
        { S: NOON_TEXT },
        { S: id.slice(-1) },
        { S: id },
        { N: `${version}` },
      ],
    })),
  },
];
const finishing = (version: number): [string, object] => [
  'UpdateCommand',
  {
    TableName: 'bet-maker-events',
    Key: { eventId: EVENT },
    UpdateExpression: 'SET #state = :settled REMOVE unfinished, unfinishedSince',
    ConditionExpression: 'version = :from',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':settled': 'settled', ':from': version },
  },
];

/** A store that carries out all there is to do on an event with two bets and no result. */
function open(): void {
  dynamodb.on(GetCommand).resolves({});
  dynamodb.on(UpdateCommand).resolves({});
  dynamodb.on(UpdateCommand, { ReturnValues: 'ALL_NEW' }).resolves({ Attributes: settling });
  dynamodb.on(TransactWriteCommand).resolves({});
  dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-fences': [fenceItem] } });
  dynamodb.on(QueryCommand).resolves({ Items: IDS.map((betId) => ({ betId })) });
  dynamodb.on(BatchExecuteStatementCommand).resolves({ Responses: [{}, {}] });
}

/** The same with a WIN of somebody else in force. */
function decided(): void {
  open();
  dynamodb.on(GetCommand).resolves({ Item: byOthers });
  dynamodb.on(UpdateCommand, { ReturnValues: 'ALL_NEW' }).resolves({ Attributes: corrected });
}

describe('PUT /events/{event_id}', () => {
  it('puts a first result in force and stores it on every bet', async () => {
    open();

    expect(await put(WIN)).toEqual(jsonAnswer(200, event, { etag: '"1"' }));
    expect(sent(dynamodb)).toEqual([
      readingEvent,
      noting,
      closing,
      readingFences,
      forcing('WIN', 1, 2, 2100n),
      readingFences,
      walking,
      storing(IDS, 'won', 1),
      finishing(1),
    ]);
  });

  it('settles an event without bets at once', async () => {
    open();
    dynamodb.on(BatchGetCommand).resolves({ Responses: {} });
    const none = { ...settled, bets: 0n, stakedMinor: 0n };
    dynamodb.on(UpdateCommand, { ReturnValues: 'ALL_NEW' }).resolves({ Attributes: none });

    expect(await put(WIN)).toEqual(
      jsonAnswer(
        200,
        { ...event, bets: { total: 0, settled: 0, staked: '0.00' } },
        { etag: '"1"' },
      ),
    );
    expect(sent(dynamodb)).toEqual([
      readingEvent,
      noting,
      closing,
      readingFences,
      forcing('WIN', 1, 0, 0n),
    ]);
  });

  it('acknowledges a result whose sweep is left to the resumer', async () => {
    open();
    const fences = [{ ...fenceItem, placed: 26n, stakedMinor: 27_300n }];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-fences': fences } });
    const many = { ...settling, bets: 26n, stakedMinor: 27_300n };
    dynamodb.on(UpdateCommand, { ReturnValues: 'ALL_NEW' }).resolves({ Attributes: many });

    expect(await put(WIN)).toEqual(
      jsonAnswer(
        202,
        { ...event, state: 'settling', bets: { total: 26, settled: 0, staked: '273.00' } },
        { etag: '"1"' },
      ),
    );
    expect(sent(dynamodb)).toEqual([
      readingEvent,
      noting,
      closing,
      readingFences,
      forcing('WIN', 1, 26, 27_300n),
      readingFences,
    ]);
  });

  it('acknowledges a result although the sweep fails', async () => {
    open();
    dynamodb.on(BatchExecuteStatementCommand).rejects(refused('ThrottlingException'));

    expect(await put(WIN)).toEqual(
      jsonAnswer(
        202,
        { ...event, state: 'settling', bets: { total: 2, settled: 0, staked: '21.00' } },
        { etag: '"1"' },
      ),
    );
    expect(errors).not.toHaveBeenCalled();
  });

  it('tries statements again that failed by themselves', async () => {
    open();
    const Error = { Code: 'ThrottlingError' as const };
    dynamodb
      .on(BatchExecuteStatementCommand)
      .resolvesOnce({ Responses: [{ Error }, {}] })
      .resolvesOnce({ Responses: [{}] });

    expect(await put(WIN)).toEqual(jsonAnswer(200, event, { etag: '"1"' }));
    expect(sent(dynamodb).slice(7)).toEqual([
      storing(IDS, 'won', 1),
      storing(IDS.slice(0, 1), 'won', 1),
      finishing(1),
    ]);
  });

  it('closes the fences one by one when bets are being placed', async () => {
    open();
    dynamodb.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));

    expect(await put(WIN)).toEqual(jsonAnswer(200, event, { etag: '"1"' }));
    expect(
      sent(dynamodb)
        .slice(3, 67)
        .map(([name]) => name),
    ).toEqual(Array.from({ length: 64 }, () => 'UpdateCommand'));
    expect(sent(dynamodb).slice(67, 69)).toEqual([readingFences, forcing('WIN', 1, 2, 2100n)]);
  });

  it('changes nothing for the status that is in force', async () => {
    decided();

    expect(await put(WIN)).toEqual(jsonAnswer(200, event, { etag: '"1"' }));
    expect(sent(dynamodb)).toEqual([readingEvent]);
  });

  it('corrects a result: the version rises, the history stays, every bet follows', async () => {
    decided();

    expect(await put(LOSE)).toEqual(jsonAnswer(200, correctedEvent, { etag: '"2"' }));
    expect(sent(dynamodb)).toEqual([
      readingEvent,
      forcing('LOSE', 2, 2, 2100n),
      readingFences,
      walking,
      storing(IDS, 'lost', 2),
      finishing(2),
    ]);
  });

  it('corrects the result of somebody else who was faster', async () => {
    open();
    dynamodb.on(GetCommand).resolvesOnce({}).resolves({ Item: byOthers });
    dynamodb
      .on(UpdateCommand, { ReturnValues: 'ALL_NEW' })
      .rejectsOnce(conditionFailed())
      .resolves({ Attributes: corrected });

    expect(await put(LOSE)).toEqual(jsonAnswer(200, correctedEvent, { etag: '"2"' }));
    const commands = sent(dynamodb);
    expect(commands.slice(4, 7)).toEqual([
      forcing('LOSE', 1, 2, 2100n),
      readingEvent,
      forcing('LOSE', 2, 2, 2100n),
    ]);
  });

  it('knows its own result when the reply to it was lost', async () => {
    open();
    dynamodb.on(GetCommand).resolvesOnce({}).resolves({ Item: settled });
    dynamodb.on(UpdateCommand, { ReturnValues: 'ALL_NEW' }).rejects(conditionFailed());

    expect(await put(WIN, { 'if-match': '"0"' })).toEqual(jsonAnswer(200, event, { etag: '"1"' }));
    expect(sent(dynamodb)).toEqual([
      readingEvent,
      noting,
      closing,
      readingFences,
      forcing('WIN', 1, 2, 2100n),
      readingEvent,
    ]);
  });

  it('asks to come back after losing eight rounds', async () => {
    decided();
    dynamodb.on(UpdateCommand, { ReturnValues: 'ALL_NEW' }).rejects(conditionFailed());

    expect(await put(LOSE)).toEqual(
      problemAnswer(
        503,
        'unavailable',
        'The store is away or busy',
        'Event sr:match:42 is being settled by others: 8 rounds were lost.',
      ),
    );
  });

  it('refuses a correction beyond a hundred versions', async () => {
    decided();
    dynamodb.on(GetCommand).resolves({ Item: { ...byOthers, version: 100n } });

    expect(await put(LOSE)).toEqual(
      problemAnswer(
        409,
        'correction-limit',
        'The event was corrected too often',
        'Event sr:match:42 has had 100 results.',
      ),
    );
    expect(sent(dynamodb)).toEqual([readingEvent]);
  });

  describe('with If-Match', () => {
    it.each(['"1"', '*', '"7", "1"', '"7","1"', 'W/"7" , "1"'])(
      'corrects the version in force: %s',
      async (ifMatch) => {
        decided();

        expect(await put(LOSE, { 'if-match': ifMatch })).toEqual(
          jsonAnswer(200, correctedEvent, { etag: '"2"' }),
        );
      },
    );

    it.each(['"0"', '"2"', '"01"', 'W/"1"', '"x"', '""', '"1,"'])(
      'refuses another version: %s',
      async (ifMatch) => {
        decided();

        expect(await put(LOSE, { 'if-match': ifMatch })).toEqual(
          problemAnswer(
            412,
            'version-mismatch',
            'The event is at another version',
            'Event sr:match:42 is at version 1.',
          ),
        );
        expect(sent(dynamodb)).toEqual([readingEvent]);
      },
    );

    it.each(['*', '"1"'])('refuses an event without a result: %s', async (ifMatch) => {
      open();

      expect(await put(WIN, { 'if-match': ifMatch })).toEqual(
        problemAnswer(
          412,
          'version-mismatch',
          'The event is at another version',
          'Event sr:match:42 is at version 0.',
        ),
      );
      expect(sent(dynamodb)).toEqual([readingEvent]);
    });

    it.each(['1', '', '"1', '"1" "2"', '*, "1"', '"é"'])(
      'refuses the header %j',
      async (ifMatch) => {
        expect(await put(WIN, { 'if-match': ifMatch })).toEqual(
          problemAnswer(
            422,
            'invalid-request',
            'The request is not valid',
            'Not valid: header #/if-match.',
            [
              {
                in: 'header',
                pointer: '#/if-match',
                detail: 'must be * or a list of entity tags such as "1"',
              },
            ],
          ),
        );
        expect(sent(dynamodb)).toEqual([]);
      },
    );
  });

  describe('on a request that is not valid', () => {
    it('lists all faults of all parts', async () => {
      const faults = [
        {
          in: 'path',
          pointer: '#/event_id',
          detail: 'must be 1 to 128 characters out of A-Z a-z 0-9 . _ : ~ -, not just . or ..',
        },
        {
          in: 'header',
          pointer: '#/if-match',
          detail: 'must be * or a list of entity tags such as "1"',
        },
        { in: 'body', pointer: '#/status', detail: 'must be WIN or LOSE' },
        { in: 'body', pointer: '#/score', detail: 'is not known' },
      ];

      expect(await put('{"status":"DRAW","score":1}', { 'if-match': '1' }, 'a b')).toEqual(
        problemAnswer(
          422,
          'invalid-request',
          'The request is not valid',
          'Not valid: path #/event_id, header #/if-match, body #/status, body #/score.',
          faults,
        ),
      );
      expect(sent(dynamodb)).toEqual([]);
    });

    it.each(['{"status":"win"}', '{"status":1}', '{"status":null}', '{}'])(
      'refuses the body %s',
      async (body) => {
        expect(await put(body)).toEqual(
          problemAnswer(
            422,
            'invalid-request',
            'The request is not valid',
            'Not valid: body #/status.',
            [{ in: 'body', pointer: '#/status', detail: 'must be WIN or LOSE' }],
          ),
        );
      },
    );

    it('refuses malformed JSON', async () => {
      expect(await put('{"status":')).toEqual(
        problemAnswer(
          422,
          'malformed-json',
          'The body is not JSON',
          'The body cannot be parsed as JSON.',
        ),
      );
    });

    it('refuses another content type', async () => {
      expect(await put(WIN, { 'content-type': 'text/plain' })).toEqual(
        problemAnswer(
          415,
          'unsupported-media-type',
          'The body must be JSON',
          'Send application/json.',
        ),
      );
    });

    it('refuses a body of more than 64 KiB', async () => {
      expect(await put(WIN.padEnd(65_537, ' '))).toEqual(
        problemAnswer(
          413,
          'body-too-large',
          'The body is too large',
          'A body may have 65536 bytes.',
        ),
      );
    });
  });

  it.each([
    ['reading the event', GetCommand],
    ['noting the intent', UpdateCommand],
    ['closing the fences', TransactWriteCommand],
    ['counting the bets', BatchGetCommand],
  ])('asks to come back when %s fails', async (_case, command) => {
    open();
    dynamodb.on(command as typeof GetCommand).rejects(broken('ECONNRESET'));

    expect(await put(WIN)).toEqual(UNAVAILABLE);
    const forced = dynamodb.commandCalls(UpdateCommand, { ReturnValues: 'ALL_NEW' });
    expect(forced).toHaveLength(0);
  });

  it('asks to come back when the outcome cannot be put in force', async () => {
    open();
    dynamodb.on(UpdateCommand, { ReturnValues: 'ALL_NEW' }).rejects(broken('ECONNRESET'));

    expect(await put(WIN)).toEqual(UNAVAILABLE);
    expect(dynamodb.commandCalls(BatchExecuteStatementCommand)).toHaveLength(0);
  });

  it('hides a bug, and logs it', async () => {
    open();
    const error = refused('ValidationException');
    dynamodb.on(TransactWriteCommand).rejects(error);

    expect(await put(WIN)).toEqual(INTERNAL);
    expect(errors.mock.calls).toEqual([['A request failed', { requestId: REQUEST_ID, error }]]);
  });

  it('shows the time of the decision in force, not that of the request', async () => {
    decided();
    dynamodb.on(GetCommand).resolves({
      Item: { ...byOthers, history: [{ ...verdictItem, id: 'others', decidedAt: LATER }] },
    });

    const { body } = await put(WIN);

    expect(body).toEqual({
      ...event,
      history: [{ status: 'WIN', version: 1, decided_at: LATER }],
    });
  });
});
