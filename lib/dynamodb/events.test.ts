import { BatchGetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed, mockedSession, refused, sent } from '../../tests/support/dynamodb.ts';
import { NOON, NOON_TEXT } from '../../tests/support/samples.ts';
import { EventTable } from './events.ts';

const { dynamodb, session } = mockedSession();
const events = new EventTable(session, new Map());

const decision = { id: 'decision-1', outcome: 'WIN' as const, decidedAt: NOON };
const decisionItem = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT };

const settlementItem = {
  eventId: 'e',
  outcome: 'WIN',
  decidedAt: NOON_TEXT,
  version: 2n,
  state: 'settling',
  bets: 3n,
  stakedMinor: 50n,
  history: [
    { ...decisionItem, outcome: 'LOSE', version: 1n },
    { ...decisionItem, version: 2n },
  ],
  unfinished: '1',
  unfinishedSince: NOON_TEXT,
};
const settlement = {
  outcome: 'WIN',
  decidedAt: NOON,
  version: 2,
  state: 'settling',
  bets: 3,
  stakedMinor: 50n,
  history: [
    { ...decision, outcome: 'LOSE', version: 1 },
    { ...decision, version: 2 },
  ],
};

const reading = (eventIds: string[], projection: object = {}): [string, object] => {
  const Keys = eventIds.map((eventId) => ({ eventId }));
  const request = { Keys, ConsistentRead: true, ...projection };
  return ['BatchGetCommand', { RequestItems: { 'test-events': request } }];
};
const update = (eventId: string, more: object): [string, object] => [
  'UpdateCommand',
  { TableName: 'test-events', Key: { eventId }, ...more },
];

describe('find', () => {
  it('reads the events, strongly consistent, and leaves out what is not stored', async () => {
    const open = { eventId: 'f', state: 'open', activity: `${NOON_TEXT} f` };
    const noted = { eventId: 'g', intent: decisionItem, unfinished: '1' };
    const items = [settlementItem, open, noted];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-events': items } });

    const found = await events.find(['e', 'f', 'g', 'h']);

    expect([...found]).toEqual([
      ['e', { eventId: 'e', settlement }],
      ['f', { eventId: 'f' }],
      ['g', { eventId: 'g', intent: decision }],
    ]);
    expect(sent(dynamodb)).toEqual([reading(['e', 'f', 'g', 'h'])]);
  });
});

describe('findResults', () => {
  it('reads the results in force, and leaves out events that have none', async () => {
    const items = [{ eventId: 'a', outcome: 'LOSE', decidedAt: NOON_TEXT }, { eventId: 'b' }];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-events': items } });

    const results = await events.findResults(['a', 'b', 'c']);

    const projection = { ProjectionExpression: 'eventId, outcome, decidedAt' };
    expect([...results]).toEqual([['a', { outcome: 'LOSE', decidedAt: NOON }]]);
    expect(sent(dynamodb)).toEqual([reading(['a', 'b', 'c'], projection)]);
  });
});

describe('noteActivity', () => {
  const noting = (eventId: string, activity: string, quiet: string) =>
    update(eventId, {
      UpdateExpression: 'SET #state = :open, activity = :activity',
      ConditionExpression: 'attribute_not_exists(activity) OR #state = :open AND activity < :quiet',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':open': 'open', ':activity': activity, ':quiet': quiet },
    });

  it('asks the store once a minute to list an event, or to move one that was quiet', async () => {
    const fresh = new EventTable(session, new Map());
    dynamodb.on(UpdateCommand).resolves({});

    await fresh.noteActivity('e', NOON);
    await fresh.noteActivity('e', NOON + 59_999);
    await fresh.noteActivity('f', NOON + 59_999);
    await fresh.noteActivity('e', NOON + 60_000);
    await fresh.noteActivity('e', NOON + 119_999);
    // A clock may be set back.
    await fresh.noteActivity('e', NOON);

    expect(sent(dynamodb)).toEqual([
      noting('e', '2026-11-22T12:00:00.000Z e', '2026-11-22T11:59:00.000Z'),
      noting('f', '2026-11-22T12:00:59.999Z f', '2026-11-22T11:59:59.999Z'),
      noting('e', '2026-11-22T12:01:00.000Z e', '2026-11-22T12:00:00.000Z'),
      noting('e', '2026-11-22T12:00:00.000Z e', '2026-11-22T11:59:00.000Z'),
    ]);
  });

  it('does not ask again when somebody else has noted it', async () => {
    const fresh = new EventTable(session, new Map());
    dynamodb.on(UpdateCommand).rejects(conditionFailed());

    await fresh.noteActivity('e', NOON);
    await fresh.noteActivity('e', NOON);

    expect(sent(dynamodb)).toHaveLength(1);
  });

  it('asks again after the store was away', async () => {
    const fresh = new EventTable(session, new Map());
    dynamodb.on(UpdateCommand).rejectsOnce(refused('ThrottlingException')).resolves({});
    await expect(fresh.noteActivity('e', NOON)).rejects.toMatchObject({ code: 'unavailable' });

    await fresh.noteActivity('e', NOON);

    expect(sent(dynamodb)).toHaveLength(2);
  });

  it('remembers 10,000 events at most', async () => {
    const remembered = new Map<string, number>();
    for (let number = 0; number < 10_000; number += 1) remembered.set(`e${number}`, NOON);
    const fresh = new EventTable(session, remembered);
    dynamodb.on(UpdateCommand).resolves({});

    await fresh.noteActivity('e0', NOON);
    await fresh.noteActivity('one more', NOON);

    expect([...remembered]).toEqual([['one more', NOON]]);
    expect(sent(dynamodb)).toHaveLength(1);
  });
});

describe('listed', () => {
  const page = {
    TableName: 'test-events',
    IndexName: 'byState',
    KeyConditionExpression: '#state = :state',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':state': 'open' },
    ScanIndexForward: false,
    Limit: 5,
  };

  it('reads the events in a state from the index, newest activity first', async () => {
    const b = { eventId: 'b', activity: '2026-11-22T12:01:00.000Z b' };
    const a = { eventId: 'a', activity: '2026-11-22T12:00:00.000Z a' };
    dynamodb.on(QueryCommand).resolves({ Items: [{ ...b, state: 'open' }, a] });

    const listed = await events.listed('open', undefined, 5);
    await events.listed('open', a.activity, 5);

    const beyond = {
      ...page,
      KeyConditionExpression: '#state = :state AND activity < :before',
      ExpressionAttributeValues: { ':state': 'open', ':before': a.activity },
    };
    expect(listed).toEqual({ items: [b, a], end: true });
    expect(sent(dynamodb)).toEqual([
      ['QueryCommand', page],
      ['QueryCommand', beyond],
    ]);
  });
});

describe('noteIntent', () => {
  it('notes the decision and that work is left, on an event without a result', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    const noted = await events.noteIntent('e', decision);

    const values = { ':intent': decisionItem, ':unfinished': '1', ':since': NOON_TEXT };
    expect(noted).toBe(true);
    expect(sent(dynamodb)).toEqual([
      update('e', {
        UpdateExpression:
          'SET intent = :intent, unfinished = :unfinished, unfinishedSince = :since',
        ConditionExpression: 'attribute_not_exists(version)',
        ExpressionAttributeValues: values,
      }),
    ]);
  });
});

describe('putInForce', () => {
  const SET =
    'SET outcome = :outcome, decidedAt = :decidedAt, version = :version, #state = :state, ' +
    'activity = :activity, bets = :bets, stakedMinor = :staked, ' +
    'history = list_append(if_not_exists(history, :none), :verdict)';
  const GOES_ON = `${SET}, unfinished = :unfinished, unfinishedSince = :decidedAt REMOVE intent`;
  const IS_DONE = `${SET} REMOVE intent, unfinished, unfinishedSince`;
  const FIRST = 'attribute_not_exists(version)';
  const NEXT = 'version = :from';
  const unfinished: object = { ':unfinished': '1' };

  it.each([
    ['a first result of an event with bets', 0, 3, GOES_ON, FIRST, unfinished],
    ['a first result of an event without', 0, 0, IS_DONE, FIRST, {}],
    ['a correction', 4, 1, GOES_ON, NEXT, { ...unfinished, ':from': 4 }],
    ['a correction of an event without bets', 4, 0, IS_DONE, NEXT, { ':from': 4 }],
  ])('puts %s in force', async (_case, version, bets, UpdateExpression, condition, more) => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: settlementItem });

    const inForce = await events.putInForce('e', decision, { version, bets, stakedMinor: 50n });

    expect(inForce).toEqual(settlement);
    expect(sent(dynamodb)).toEqual([
      update('e', {
        UpdateExpression,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':outcome': 'WIN',
          ':decidedAt': NOON_TEXT,
          ':version': version + 1,
          ':state': bets > 0 ? 'settling' : 'settled',
          ':activity': `${NOON_TEXT} e`,
          ':bets': bets,
          ':staked': 50n,
          ':none': [],
          ':verdict': [{ ...decisionItem, version: BigInt(version + 1) }],
          ...more,
        },
        ReturnValues: 'ALL_NEW',
      }),
    ]);
  });
});

describe('finishSettlement', () => {
  it('says settled, and that no work is left, on condition of the version', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await events.finishSettlement('e', 2);

    expect(sent(dynamodb)).toEqual([
      update('e', {
        UpdateExpression: 'SET #state = :settled REMOVE unfinished, unfinishedSince',
        ConditionExpression: 'version = :from',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':settled': 'settled', ':from': 2 },
      }),
    ]);
  });
});

describe('a condition that does not hold', () => {
  it('is an answer and no failure', async () => {
    dynamodb.on(UpdateCommand).rejects(conditionFailed());
    const from = { version: 4, bets: 1, stakedMinor: 50n };

    expect(await events.noteIntent('e', decision)).toBe(false);
    expect(await events.putInForce('e', decision, from)).toBeUndefined();
    await expect(events.finishSettlement('e', 2)).resolves.toBeUndefined();
  });
});

describe('unfinished', () => {
  it('reads one page of the sparse index, longest-waiting first', async () => {
    const items = [
      { eventId: 'b', unfinished: '1', unfinishedSince: NOON_TEXT },
      { eventId: 'a', unfinished: '1', unfinishedSince: '2026-11-22T12:00:00.001Z' },
    ];
    dynamodb.on(QueryCommand).resolves({ Items: items, LastEvaluatedKey: { eventId: 'a' } });

    const unfinished = await events.unfinished(2);

    expect(unfinished).toEqual([
      { eventId: 'b', since: NOON },
      { eventId: 'a', since: NOON + 1 },
    ]);
    const query = {
      TableName: 'test-events',
      IndexName: 'unfinished',
      KeyConditionExpression: 'unfinished = :unfinished',
      ExpressionAttributeValues: { ':unfinished': '1' },
      Limit: 2,
    };
    expect(sent(dynamodb)).toEqual([['QueryCommand', query]]);
  });
});
