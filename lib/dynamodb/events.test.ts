import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { conditionFailed, mockedSession, refused, sent } from '../../tests/support/dynamodb.ts';
import { NOON, NOON_TEXT } from '../../tests/support/samples.ts';
import { EventTable } from './events.ts';

const { dynamodb, session } = mockedSession();
const events = new EventTable(session);

/** What is stored of every event. SHA-256 of "e" begins with 3, by OpenSSL. */
const listKey = `${NOON_TEXT} e`;
const bareItem = { eventId: 'e', listKey, fences: 4n, stateShard: 'no-result#3' };
const bare = { eventId: 'e', listKey, fences: 4 };

const decision = { id: 'decision-1', outcome: 'WIN' as const, decidedAt: NOON };
const decisionItem = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT };

const settlementItem = {
  ...bareItem,
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
    const noted = { ...bareItem, eventId: 'g', intent: decisionItem, unfinished: '1' };
    const items = [settlementItem, { ...bareItem, eventId: 'f' }, noted];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-events': items } });

    const found = await events.find(['e', 'f', 'g', 'h']);

    expect([...found]).toEqual([
      ['e', { ...bare, settlement }],
      ['f', { ...bare, eventId: 'f' }],
      ['g', { ...bare, eventId: 'g', intent: decision }],
    ]);
    expect(sent(dynamodb)).toEqual([reading(['e', 'f', 'g', 'h'])]);
  });

  it.each([
    ['fences that are no number', { ...bareItem, eventId: 'f', fences: 'four' }],
    ['a result without a history', { ...settlementItem, eventId: 'f', history: undefined }],
  ])('names an event with %s, and reads the others', async (_what, item) => {
    const Responses = { 'test-events': [item, bareItem] };
    dynamodb.on(BatchGetCommand).resolves({ Responses });
    const unreadable: [string, unknown][] = [];

    const found = await events.find(['f', 'e'], (...each) => unreadable.push(each));
    const failing = events.find(['f', 'e']);

    expect([...found]).toEqual([['e', bare]]);
    expect(unreadable).toEqual([['f', expect.any(Error)]]);
    await expect(failing).rejects.toThrow('The event "f" cannot be read');
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

describe('enlist', () => {
  it('enters the event in the list, and then gives it what it does not have yet', async () => {
    dynamodb.on(PutCommand).resolves({});
    dynamodb.on(UpdateCommand).resolves({ Attributes: bareItem });

    const enlisted = await events.enlist('e', NOON + 1);

    const later = '2026-11-22T12:00:00.001Z e';
    const Item = { shard: '3', listKey: later, eventId: 'e' };
    // Another was first: its place in the list is the one that stays.
    expect(enlisted).toEqual(bare);
    expect(sent(dynamodb)).toEqual([
      ['PutCommand', { TableName: 'test-eventList', Item }],
      update('e', {
        UpdateExpression:
          'SET listKey = if_not_exists(listKey, :listKey), ' +
          'fences = if_not_exists(fences, :fences), ' +
          'stateShard = if_not_exists(stateShard, :shard)',
        ExpressionAttributeValues: { ':listKey': later, ':fences': 1, ':shard': 'no-result#3' },
        ReturnValues: 'ALL_NEW',
      }),
    ]);
  });

  it('leaves the event alone that could not be entered in the list', async () => {
    dynamodb.on(PutCommand).rejects(refused('ThrottlingException'));

    await expect(events.enlist('e', NOON)).rejects.toMatchObject({ code: 'unavailable' });
    expect(sent(dynamodb)).toHaveLength(1);
  });
});

describe('widen', () => {
  const seen = { eventId: 'e', fences: 4 };
  const failed = (Item?: ConditionalCheckFailedException['Item']): Error =>
    new ConditionalCheckFailedException({ $metadata: {}, message: '', Item });

  it('sets the number, on condition of the one that was seen and of no decision', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: { ...bareItem, fences: 16n } });

    const widened = await events.widen(seen, 16);

    expect(widened).toEqual({ ...bare, fences: 16 });
    expect(sent(dynamodb)).toEqual([
      update('e', {
        UpdateExpression: 'SET fences = :to',
        ConditionExpression:
          'fences = :fences AND attribute_not_exists(intent) AND attribute_not_exists(version)',
        ExpressionAttributeValues: { ':fences': 4, ':to': 16 },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ]);
  });

  it('tells of the event as another has left it', async () => {
    const Item = marshall({ ...bareItem, fences: 64n, intent: decisionItem });
    dynamodb.on(UpdateCommand).rejects(failed(Item));

    expect(await events.widen(seen, 16)).toEqual({ ...bare, fences: 64, intent: decision });
  });

  it('tells that there is no event', async () => {
    dynamodb.on(UpdateCommand).rejects(failed());

    expect(await events.widen(seen, 16)).toBeUndefined();
  });
});

describe('the list', () => {
  const b = { eventId: 'b', listKey: '2026-11-22T12:01:00.000Z b' };
  const a = { eventId: 'a', listKey: '2026-11-22T12:00:00.000Z a' };
  const backwards = { ScanIndexForward: false, Limit: 5 };
  const index = (IndexName: string) => ({ TableName: 'test-events', IndexName });
  const all = { TableName: 'test-eventList', ConsistentRead: true };

  it.each([
    [
      'of all events, strongly consistent',
      (before?: string) => events.listed('3', before, 5),
      { ...all, ...backwards },
      ['shard', '3'],
    ],
    [
      'of those without a result, from the index',
      (before?: string) => events.listedBy('no-result', '3', before, 5),
      { ...index('byState'), ...backwards },
      ['stateShard', 'no-result#3'],
    ],
    [
      'of those with a result, from the index',
      (before?: string) => events.listedBy('result', '3', before, 5),
      { ...index('byState'), ...backwards },
      ['stateShard', 'result#3'],
    ],
    [
      'of those whose settlement goes on, from the index',
      (before?: string) => events.unfinished('newest-first', before, 5),
      { ...index('unfinished'), ...backwards },
      ['unfinished', '1'],
    ],
    [
      'of those whose settlement goes on, oldest first',
      (before?: string) => events.unfinished('oldest-first', before, 5),
      { ...index('unfinished'), ScanIndexForward: true, Limit: 5 },
      ['unfinished', '1'],
      '>',
    ],
  ])(
    '%s, is read in order, beyond a place',
    async (_case, list, page, [name, value], side = '<') => {
      dynamodb.on(QueryCommand).resolves({ Items: [{ ...b, more: 1n }, a] });

      const listed = await list();
      await list(a.listKey);

      const of = {
        ...page,
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': name },
        ExpressionAttributeValues: { ':key': value },
      };
      const beyond = {
        ...of,
        KeyConditionExpression: `#key = :key AND listKey ${side} :beyond`,
        ExpressionAttributeValues: { ':key': value, ':beyond': a.listKey },
      };
      expect(listed).toEqual({ items: [b, a], end: true });
      expect(sent(dynamodb)).toEqual([
        ['QueryCommand', of],
        ['QueryCommand', beyond],
      ]);
    },
  );
});

describe('noteIntent', () => {
  it('notes the decision and that work is left, and tells the final number of fences', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: { ...bareItem, intent: decisionItem } });

    const noted = await events.noteIntent('e', decision);

    expect(noted).toEqual({ ...bare, intent: decision });
    expect(sent(dynamodb)).toEqual([
      update('e', {
        UpdateExpression: 'SET intent = :intent, unfinished = :unfinished',
        ConditionExpression: 'attribute_exists(listKey) AND attribute_not_exists(version)',
        ExpressionAttributeValues: { ':intent': decisionItem, ':unfinished': '1' },
        ReturnValues: 'ALL_NEW',
      }),
    ]);
  });
});

describe('putInForce', () => {
  const SET =
    'SET outcome = :outcome, decidedAt = :decidedAt, version = :version, #state = :state, ' +
    'stateShard = :stateShard, bets = :bets, stakedMinor = :staked, ' +
    'history = list_append(if_not_exists(history, :none), :verdict)';
  const GOES_ON = `${SET}, unfinished = :unfinished REMOVE intent, asideSince`;
  const IS_DONE = `${SET} REMOVE intent, unfinished, asideSince`;
  const FIRST = 'intent.id = :decision AND attribute_not_exists(version)';
  const NEXT = 'version = :from';
  const unfinished: object = { ':unfinished': '1' };
  const own: object = { ':decision': decision.id };

  it.each([
    ['a first result of an event with bets', 0, 3, GOES_ON, FIRST, { ...unfinished, ...own }],
    ['a first result of an event without', 0, 0, IS_DONE, FIRST, own],
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
          ':stateShard': 'result#3',
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

describe('setAside', () => {
  it('notes since when, once for a version, as long as there is work left', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await events.setAside('e', 2, NOON);

    expect(sent(dynamodb)).toEqual([
      update('e', {
        UpdateExpression: 'SET asideSince = if_not_exists(asideSince, :at)',
        ConditionExpression: 'version = :from AND attribute_exists(unfinished)',
        ExpressionAttributeValues: { ':at': NOON_TEXT, ':from': 2 },
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
        UpdateExpression: 'SET #state = :settled REMOVE unfinished, asideSince',
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

    expect(await events.noteIntent('e', decision)).toBeUndefined();
    expect(await events.putInForce('e', decision, from)).toBeUndefined();
    await expect(events.finishSettlement('e', 2)).resolves.toBeUndefined();
    await expect(events.setAside('e', 2, NOON)).resolves.toBeUndefined();
  });
});
