import { BatchExecuteStatementCommand } from '@aws-sdk/client-dynamodb';
import {
  expectNothing,
  mockDynamodb,
  refused,
  sent,
  signals,
} from '../../tests/support/dynamodb.ts';
import { betIdOf, calm, createFakes, type Fakes, NOON } from '../../tests/support/fakes.ts';
import type { BetStore } from '../bets/store.ts';
import { createClient } from './client.ts';
import { createDynamodbStore } from './store.ts';

const dynamodb = mockDynamodb();
const client = createClient(undefined);
let fakes: Fakes;
let store: BetStore;

beforeEach(() => {
  expectNothing(dynamodb);
  fakes = createFakes({ random: 1 });
  const { clock, random } = fakes.deps;
  store = createDynamodbStore({ client, tablePrefix: 'test-', clock, random });
});

const NOON_TEXT = '2026-11-22T12:00:00.000Z';

const updates = (given: string[], status = 'won', version = 2): [string, object] => [
  'BatchExecuteStatementCommand',
  {
    Statements: given.map((id) => ({
      Statement:
        'UPDATE "test-bets" SET "status"=? SET "outcomeVersion"=? SET "settledAt"=? ' +
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

const fails = (Code: string): object => ({ Error: { Code, Message: 'secret' } });

describe('storeResult', () => {
  const ids = [betIdOf(1), betIdOf(2), betIdOf(3)];
  const result = { outcome: 'WIN' as const, version: 2, decidedAt: NOON };

  it('updates each bet that has an older result, in one call', async () => {
    dynamodb.on(BatchExecuteStatementCommand).resolves({ Responses: [{}, {}, {}] });

    expect(await store.storeResult(ids, result, calm)).toEqual(ids);
    expect(sent(dynamodb)).toEqual([updates(ids)]);
    expect(signals(dynamodb)).toEqual([calm]);
  });

  it('stores a LOSE as lost', async () => {
    dynamodb.on(BatchExecuteStatementCommand).resolves({ Responses: [{}] });

    await store.storeResult(ids.slice(1, 2), { ...result, outcome: 'LOSE', version: 5 }, calm);

    expect(sent(dynamodb)).toEqual([updates([betIdOf(2)], 'lost', 5)]);
  });

  it('asks nothing of the store for no bets', async () => {
    expect(await store.storeResult([], result, calm)).toEqual([]);
    expect(sent(dynamodb)).toEqual([]);
  });

  it('does not count a bet that the answer says nothing of', async () => {
    dynamodb
      .on(BatchExecuteStatementCommand)
      .resolvesOnce({ Responses: [{}] })
      .resolves({ Responses: [] });

    expect(await store.storeResult(ids, result, calm)).toEqual([betIdOf(1)]);
  });

  it('counts a bet that has this result or a newer one', async () => {
    dynamodb
      .on(BatchExecuteStatementCommand)
      .resolves({ Responses: [{}, fails('ConditionalCheckFailed'), {}] });

    expect(await store.storeResult(ids, result, calm)).toEqual(ids);
    expect(sent(dynamodb)).toHaveLength(1);
  });

  it.each([
    'InternalServerError',
    'ProvisionedThroughputExceeded',
    'RequestLimitExceeded',
    'ThrottlingError',
    'TransactionConflict',
  ])('tries again only the statements that met %s, after a pause', async (code) => {
    dynamodb
      .on(BatchExecuteStatementCommand)
      .resolvesOnce({ Responses: [fails(code), {}, fails(code)] })
      .resolvesOnce({ Responses: [{}, fails(code)] })
      .resolvesOnce({ Responses: [{}] });

    expect(await store.storeResult(ids, result, calm)).toEqual([
      betIdOf(2),
      betIdOf(1),
      betIdOf(3),
    ]);
    expect(sent(dynamodb)).toEqual([
      updates(ids),
      updates([betIdOf(1), betIdOf(3)]),
      updates([betIdOf(3)]),
    ]);
    expect(fakes.pauses).toEqual([20, 40]);
  });

  it('leaves out, after five tries, the bets whose statements kept failing', async () => {
    dynamodb
      .on(BatchExecuteStatementCommand)
      .resolvesOnce({ Responses: [{}, fails('ThrottlingError'), {}] })
      .resolves({ Responses: [fails('ThrottlingError')] });

    expect(await store.storeResult(ids, result, calm)).toEqual([betIdOf(1), betIdOf(3)]);
    expect(sent(dynamodb)).toHaveLength(5);
    expect(fakes.pauses).toEqual([20, 40, 80, 160]);
  });

  it('calls any other failure of a statement a bug', async () => {
    dynamodb
      .on(BatchExecuteStatementCommand)
      .resolves({ Responses: [{}, fails('ValidationError'), {}] });

    await expect(store.storeResult(ids, result, calm)).rejects.toEqual(
      new Error(`Storing the result of bet ${betIdOf(2)} failed: ValidationError secret`),
    );
  });

  it('is unavailable when the whole call fails', async () => {
    dynamodb.on(BatchExecuteStatementCommand).rejects(refused('ThrottlingException'));

    await expect(store.storeResult(ids, result, calm)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
