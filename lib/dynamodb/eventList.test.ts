import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  conditionFailed,
  expectNothing,
  mockDynamodb,
  refused,
  sent,
  signals,
} from '../../tests/support/dynamodb.ts';
import { calm, createFakes, NOON } from '../../tests/support/fakes.ts';
import type { BetStore } from '../bets/store.ts';
import { createClient } from './client.ts';
import { createDynamodbStore } from './store.ts';

const dynamodb = mockDynamodb();
const { clock, random } = createFakes().deps;
const client = createClient(undefined);

let store: BetStore;
beforeEach(() => {
  expectNothing(dynamodb);
  // A new one has noted nothing yet.
  store = createDynamodbStore({ client, tablePrefix: 'test-', clock, random });
});

const noting = (eventId: string, activity: string, quiet: string): [string, object] => [
  'UpdateCommand',
  {
    TableName: 'test-events',
    Key: { eventId },
    UpdateExpression: 'SET #state = :open, activity = :activity',
    ConditionExpression: 'attribute_not_exists(activity) OR #state = :open AND activity < :quiet',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':open': 'open',
      ':activity': `${activity} ${eventId}`,
      ':quiet': quiet,
    },
  },
];

describe('noteActivity', () => {
  it('lists an event that is not, and moves one that is open and was quiet for a minute', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await store.noteActivity('e', NOON, calm);

    expect(sent(dynamodb)).toEqual([
      noting('e', '2026-11-22T12:00:00.000Z', '2026-11-22T11:59:00.000Z'),
    ]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('asks the store once a minute for each event', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    await store.noteActivity('e', NOON, calm);
    await store.noteActivity('e', NOON + 59_999, calm);
    await store.noteActivity('f', NOON + 59_999, calm);
    await store.noteActivity('e', NOON + 60_000, calm);
    await store.noteActivity('e', NOON + 119_999, calm);

    expect(sent(dynamodb)).toEqual([
      noting('e', '2026-11-22T12:00:00.000Z', '2026-11-22T11:59:00.000Z'),
      noting('f', '2026-11-22T12:00:59.999Z', '2026-11-22T11:59:59.999Z'),
      noting('e', '2026-11-22T12:01:00.000Z', '2026-11-22T12:00:00.000Z'),
    ]);
  });

  it('takes it well that somebody else has noted it, and does not ask again', async () => {
    dynamodb.on(UpdateCommand).rejects(conditionFailed());

    await store.noteActivity('e', NOON, calm);
    await store.noteActivity('e', NOON, calm);

    expect(sent(dynamodb)).toHaveLength(1);
  });

  it('is unavailable when the store is, and asks again the next time', async () => {
    dynamodb.on(UpdateCommand).rejectsOnce(refused('ThrottlingException')).resolves({});

    const first = store.noteActivity('e', NOON, calm);
    await expect(first).rejects.toMatchObject({ code: 'unavailable' });
    await store.noteActivity('e', NOON, calm);

    expect(sent(dynamodb)).toHaveLength(2);
  });

  it('remembers 10,000 events at most', async () => {
    dynamodb.on(UpdateCommand).resolves({});

    for (let number = 0; number <= 10_000; number += 1)
      await store.noteActivity(`e${number}`, NOON, calm);
    dynamodb.resetHistory();
    await store.noteActivity('e10000', NOON, calm);
    await store.noteActivity('e0', NOON, calm);

    expect(sent(dynamodb).map(([, input]) => Reflect.get(input, 'Key'))).toEqual([
      { eventId: 'e0' },
    ]);
  });
});

const pageOf = (state: string, Limit: number, before?: string): [string, object] => [
  'QueryCommand',
  {
    TableName: 'test-events',
    IndexName: 'byState',
    KeyConditionExpression:
      before === undefined ? '#state = :state' : '#state = :state AND activity < :before',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':state': state,
      ...(before !== undefined && { ':before': before }),
    },
    ScanIndexForward: false,
    Limit,
  },
];

describe('listedEvents', () => {
  it('reads the events in a state from the index, newest activity first', async () => {
    const items = [
      { eventId: 'b', state: 'open', activity: '2026-11-22T12:01:00.000Z b' },
      { eventId: 'a', state: 'open', activity: '2026-11-22T12:00:00.000Z a' },
    ];
    dynamodb.on(QueryCommand).resolves({ Items: items });

    expect(await store.listedEvents('open', undefined, 5, calm)).toEqual({
      items: items.map(({ eventId, activity }) => ({ eventId, activity })),
      end: true,
    });
    expect(sent(dynamodb)).toEqual([pageOf('open', 5)]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('reads beyond an activity', async () => {
    const before = '2026-11-22T12:00:00.000Z a';
    dynamodb.on(QueryCommand).resolves({ Items: [] });

    await store.listedEvents('settled', before, 5, calm);

    expect(sent(dynamodb)).toEqual([pageOf('settled', 5, before)]);
  });

  it('is unavailable when the store is', async () => {
    dynamodb.on(QueryCommand).rejects(refused('ThrottlingException'));

    await expect(store.listedEvents('open', undefined, 5, calm)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
