import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { betIdOf, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import type { PlacedBet } from '../bets/bet.ts';
import { type Attempt, insertionOf } from './insertion.ts';
import { tableNames } from './tables.ts';

const TABLES = tableNames('test-');

function attempt(bet: PlacedBet, more: Partial<Attempt> = {}): Attempt {
  return { bet, fences: 64, triedBefore: false, ...more };
}
const record = { key: 'key-1', betId: betIdOf(0x2f), requestHash: 'hash-1' };
const keyed = attempt(placedBet(0x2f), { record });

const count = (eventFence: string, placed: number, staked: bigint): object => ({
  Update: {
    TableName: 'test-fences',
    Key: { eventFence },
    UpdateExpression: 'ADD placed :placed, stakedMinor :staked',
    ConditionExpression: 'attribute_exists(eventFence) AND attribute_not_exists(closedAt)',
    ExpressionAttributeValues: { ':placed': placed, ':staked': staked },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});
const putBet = (number: number, eventId: string, fence: number, amountMinor = 1050n): object => ({
  Put: {
    TableName: 'test-bets',
    Item: {
      shard: betIdOf(number).slice(-1),
      betId: betIdOf(number),
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
});
const putKey = {
  Put: {
    TableName: 'test-idempotencyKeys',
    Item: record,
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': 'key' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
};

describe('the transaction', () => {
  it('counts a bet behind its open fence, and stores it with its key', () => {
    const { input } = insertionOf(TABLES, [keyed], new Map([['sr:match:42', 8]]));

    const TransactItems = [
      count('sr:match:42#8', 1, 1050n),
      putBet(0x2f, 'sr:match:42', 8),
      putKey,
    ];
    expect(input).toEqual({ TransactItems });
  });

  it('counts all bets on an event at once, behind the fence that is given', () => {
    const amountMinor = 9_007_199_254_740_993n;
    const group = [
      attempt(placedBet(1, { eventId: 'a' })),
      attempt(placedBet(2, { eventId: 'b' })),
      attempt(placedBet(3, { eventId: 'a', amountMinor })),
    ];
    const fenceOf = new Map([
      ['a', 3],
      ['b', 0],
    ]);

    const { input } = insertionOf(TABLES, group, fenceOf);

    expect(input.TransactItems).toEqual([
      count('a#3', 2, amountMinor + 1050n),
      count('b#0', 1, 1050n),
      putBet(1, 'a', 3),
      putBet(2, 'b', 0),
      putBet(3, 'a', 3, amountMinor),
    ]);
  });
});

const FAILED = 'ConditionalCheckFailed';
const BUSY = 'TransactionConflict';
const CLOSED = { Code: FAILED, Item: { closedAt: { S: NOON_TEXT } } };
const Item = { key: { S: 'key-1' }, betId: { S: betIdOf(3) }, requestHash: { S: 'other' } };
const KEY = { Code: FAILED, Item };
const reasonsOf = (...reasons: (string | CancellationReason)[]): CancellationReason[] =>
  reasons.map((reason) => (typeof reason === 'string' ? { Code: reason } : reason));

const closed = { kind: 'fence-closed', triedBefore: false };
const missing = { kind: 'fence-missing' };
const exists = { kind: 'bet-exists' };
const contended = { kind: 'contended' };
const taken = { kind: 'key-taken', record: { ...record, betId: betIdOf(3), requestHash: 'other' } };

describe('what a cancellation means for a bet', () => {
  it.each([
    ['a closed fence', [CLOSED, 'None', 'None'], closed],
    ['a closed fence, before contention', [CLOSED, BUSY, 'None'], closed],
    ['a fence that is not there', [FAILED, 'None', 'None'], missing],
    ['a bet that is there', ['None', FAILED, 'None'], exists],
    ['a bet that is there, before a closed fence', [CLOSED, FAILED, 'None'], exists],
    ['a bet that is there, before its own key', ['None', FAILED, KEY], exists],
    ['a taken key', ['None', 'None', KEY], taken],
    ['a taken key, before a closed fence', [CLOSED, 'None', KEY], taken],
    ['a taken key, before a fence that is not there', [FAILED, 'None', KEY], taken],
    ['a taken key, before contention', [BUSY, 'None', KEY], taken],
    ['another writer to the fence', [BUSY, 'None', 'None'], contended],
    ['another writer to the bet', ['None', BUSY, 'None'], contended],
    ['another writer to the key', ['None', 'None', BUSY], contended],
    ['a throttled fence', ['ThrottlingError', 'None', 'None'], contended],
    ['a fence without throughput', ['ProvisionedThroughputExceeded', 'None', 'None'], contended],
  ])('is %s', (_case, reasons, expected) => {
    const { resultsOf } = insertionOf(TABLES, [keyed], new Map([['sr:match:42', 8]]));

    expect(resultsOf(reasonsOf(...reasons))).toEqual([expected]);
  });

  it('is its own alone: nothing speaks against the bets of others', () => {
    const on = (eventId: string, number: number, more: Partial<Attempt> = {}): Attempt =>
      attempt(placedBet(number, { eventId }), more);
    const group = [
      on('open', 1),
      on('over', 2),
      on('over', 3, { triedBefore: true }),
      on('open', 4, { record }),
      on('open', 5, { record: { ...record, key: 'key-2' } }),
      on('busy', 6),
    ];
    const { resultsOf } = insertionOf(TABLES, group, new Map());

    const counts = ['None', CLOSED, BUSY];
    const puts = ['None', 'None', 'None', 'None', KEY, 'None', 'None', 'None'];
    expect(resultsOf(reasonsOf(...counts, ...puts))).toEqual([
      undefined,
      closed,
      { ...closed, triedBefore: true },
      taken,
      undefined,
      contended,
    ]);
  });

  it.each([
    ['a reason is not known', ['ValidationError', CLOSED, 'None']],
    ['all reasons are none', ['None', 'None', 'None']],
    ['there are no reasons', []],
  ])('is not known when %s', (_case, reasons) => {
    const { resultsOf } = insertionOf(TABLES, [keyed], new Map([['sr:match:42', 8]]));

    expect(resultsOf(reasonsOf(...reasons))).toBeUndefined();
  });
});
