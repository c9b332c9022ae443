import { BatchGetCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  broken,
  conditionFailed,
  expectNothing,
  mockDynamodb,
  refused,
  sent,
  signals,
} from '../../tests/support/dynamodb.ts';
import { calm, createFakes, NOON } from '../../tests/support/fakes.ts';
import { createClient } from './client.ts';
import { createDynamodbStore } from './store.ts';

const dynamodb = mockDynamodb();
const { clock, random } = createFakes().deps;
const client = createClient(undefined);
const store = createDynamodbStore({ client, tablePrefix: 'test-', clock, random });

beforeEach(() => {
  expectNothing(dynamodb);
});

const NOON_TEXT = '2026-11-22T12:00:00.000Z';
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

describe('findEvent', () => {
  it('reads the event, strongly consistent', async () => {
    dynamodb.on(GetCommand).resolves({ Item: settlementItem });

    expect(await store.findEvent('e', calm)).toEqual({ eventId: 'e', settlement });
    expect(sent(dynamodb)).toEqual([
      ['GetCommand', { TableName: 'test-events', Key: { eventId: 'e' }, ConsistentRead: true }],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('is undefined for an event that nothing is stored of', async () => {
    dynamodb.on(GetCommand).resolves({});

    expect(await store.findEvent('e', calm)).toBeUndefined();
  });

  it('is unavailable when the store is', async () => {
    dynamodb.on(GetCommand).rejects(broken('ETIMEDOUT'));

    await expect(store.findEvent('e', calm)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('findEvents', () => {
  it('reads the events, strongly consistent, and leaves out what is not stored', async () => {
    const items = [settlementItem, { eventId: 'f', state: 'open', activity: `${NOON_TEXT} f` }];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-events': items } });

    expect(await store.findEvents(['e', 'f', 'g'], calm)).toEqual([
      { eventId: 'e', settlement },
      { eventId: 'f' },
    ]);
    expect(sent(dynamodb)).toEqual([
      [
        'BatchGetCommand',
        {
          RequestItems: {
            'test-events': {
              Keys: [{ eventId: 'e' }, { eventId: 'f' }, { eventId: 'g' }],
              ConsistentRead: true,
            },
          },
        },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });
});

describe('findResults', () => {
  it('reads the results in force, and leaves out events that have none', async () => {
    const items = [{ eventId: 'a', outcome: 'LOSE', decidedAt: NOON_TEXT }, { eventId: 'b' }];
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-events': items } });

    const results = await store.findResults(['a', 'b', 'c'], calm);

    expect(results).toEqual(new Map([['a', { outcome: 'LOSE', decidedAt: NOON }]]));
    expect(sent(dynamodb)).toEqual([
      [
        'BatchGetCommand',
        {
          RequestItems: {
            'test-events': {
              Keys: [{ eventId: 'a' }, { eventId: 'b' }, { eventId: 'c' }],
              ConsistentRead: true,
              ProjectionExpression: 'eventId, outcome, decidedAt',
            },
          },
        },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });
});

describe('noteIntent', () => {
  it('notes the decision and that work is left, on an event without a result', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    expect(await store.noteIntent('e', decision, calm)).toBe(true);
    expect(sent(dynamodb)).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'test-events',
          Key: { eventId: 'e' },
          UpdateExpression:
            'SET intent = :intent, unfinished = :unfinished, unfinishedSince = :since',
          ConditionExpression: 'attribute_not_exists(version)',
          ExpressionAttributeValues: {
            ':intent': decisionItem,
            ':unfinished': '1',
            ':since': NOON_TEXT,
          },
        },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('is false when a result is in force', async () => {
    dynamodb.on(UpdateCommand).rejects(conditionFailed());

    expect(await store.noteIntent('e', decision, calm)).toBe(false);
  });

  it('is unavailable when the store is', async () => {
    dynamodb.on(UpdateCommand).rejects(refused('ThrottlingException'));

    await expect(store.noteIntent('e', decision, calm)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

const values = (version: number, state: string): object => ({
  ':outcome': 'WIN',
  ':decidedAt': NOON_TEXT,
  ':version': version,
  ':state': state,
  ':activity': `${NOON_TEXT} e`,
  ':none': [],
  ':verdict': [{ ...decisionItem, version }],
});

describe('putInForce', () => {
  const SET_RESULT =
    'SET outcome = :outcome, decidedAt = :decidedAt, version = :version, #state = :state, ' +
    'activity = :activity, bets = :bets, stakedMinor = :staked, ' +
    'history = list_append(if_not_exists(history, :none), :verdict)';

  it('puts a first result in force on condition that there is none, with work left', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: settlementItem });
    const from = { version: 0, bets: 3, stakedMinor: 50n };

    expect(await store.putInForce('e', decision, from, calm)).toEqual(settlement);
    expect(sent(dynamodb)).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'test-events',
          Key: { eventId: 'e' },
          UpdateExpression: `${SET_RESULT}, unfinished = :unfinished, unfinishedSince = :decidedAt REMOVE intent`,
          ConditionExpression: 'attribute_not_exists(version)',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ...values(1, 'settling'),
            ':bets': 3,
            ':staked': 50n,
            ':unfinished': '1',
          },
          ReturnValues: 'ALL_NEW',
        },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('puts a result of an event without bets in force as settled, with no work left', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: settlementItem });
    const from = { version: 0, bets: 0, stakedMinor: 0n };

    await store.putInForce('e', decision, from, calm);

    expect(sent(dynamodb)).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'test-events',
          Key: { eventId: 'e' },
          UpdateExpression: `${SET_RESULT} REMOVE intent, unfinished, unfinishedSince`,
          ConditionExpression: 'attribute_not_exists(version)',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ...values(1, 'settled'), ':bets': 0, ':staked': 0n },
          ReturnValues: 'ALL_NEW',
        },
      ],
    ]);
  });

  it('puts a correction in force on condition of the version before', async () => {
    dynamodb.on(UpdateCommand).resolves({ Attributes: settlementItem });
    const from = { version: 4, bets: 1, stakedMinor: 50n };

    await store.putInForce('e', decision, from, calm);

    expect(sent(dynamodb)).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'test-events',
          Key: { eventId: 'e' },
          UpdateExpression: `${SET_RESULT}, unfinished = :unfinished, unfinishedSince = :decidedAt REMOVE intent`,
          ConditionExpression: 'version = :from',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ...values(5, 'settling'),
            ':bets': 1,
            ':staked': 50n,
            ':unfinished': '1',
            ':from': 4,
          },
          ReturnValues: 'ALL_NEW',
        },
      ],
    ]);
  });

  it('is undefined when the event is at another version', async () => {
    dynamodb.on(UpdateCommand).rejects(conditionFailed());
    const from = { version: 4, bets: 1, stakedMinor: 50n };

    expect(await store.putInForce('e', decision, from, calm)).toBeUndefined();
  });

  it('is unavailable when the store is', async () => {
    dynamodb.on(UpdateCommand).rejects(broken('ECONNRESET'));
    const from = { version: 4, bets: 1, stakedMinor: 50n };

    await expect(store.putInForce('e', decision, from, calm)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('finishSettlement', () => {
  it('says settled, and that no work is left, on condition of the version', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await store.finishSettlement('e', 2, calm);

    expect(sent(dynamodb)).toEqual([
      [
        'UpdateCommand',
        {
          TableName: 'test-events',
          Key: { eventId: 'e' },
          UpdateExpression: 'SET #state = :settled REMOVE unfinished, unfinishedSince',
          ConditionExpression: 'version = :from',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':settled': 'settled', ':from': 2 },
        },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('has no effect, and does not fail, at another version', async () => {
    dynamodb.on(UpdateCommand).rejects(conditionFailed());

    await expect(store.finishSettlement('e', 2, calm)).resolves.toBeUndefined();
  });

  it('passes a bug on', async () => {
    const bug = refused('ValidationException');
    dynamodb.on(UpdateCommand).rejects(bug);

    await expect(store.finishSettlement('e', 2, calm)).rejects.toBe(bug);
  });
});

describe('unfinishedEvents', () => {
  it('reads one page of the sparse index, longest-waiting first', async () => {
    const items = [
      { eventId: 'b', unfinished: '1', unfinishedSince: NOON_TEXT },
      { eventId: 'a', unfinished: '1', unfinishedSince: '2026-11-22T12:00:00.001Z' },
    ];
    dynamodb.on(QueryCommand).resolves({ Items: items, LastEvaluatedKey: { eventId: 'a' } });

    expect(await store.unfinishedEvents(2, calm)).toEqual([
      { eventId: 'b', since: NOON },
      { eventId: 'a', since: NOON + 1 },
    ]);
    expect(sent(dynamodb)).toEqual([
      [
        'QueryCommand',
        {
          TableName: 'test-events',
          IndexName: 'unfinished',
          KeyConditionExpression: 'unfinished = :unfinished',
          ExpressionAttributeValues: { ':unfinished': '1' },
          Limit: 2,
        },
      ],
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('is empty when nothing is left to do', async () => {
    dynamodb.on(QueryCommand).resolves({});

    expect(await store.unfinishedEvents(2, calm)).toEqual([]);
  });

  it('is unavailable when the store is', async () => {
    dynamodb.on(QueryCommand).rejects(refused('ThrottlingException'));

    await expect(store.unfinishedEvents(2, calm)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
