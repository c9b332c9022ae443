import { BatchExecuteStatementCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { logger } from '../lib/logger.ts';
import { observeWith, service } from '../lib/service.ts';
import { broken, sent } from '../tests/support/dynamodb.ts';
import { betIdOf, deadlineOf } from '../tests/support/fakes.ts';
import { handlerWorld, NOON_TEXT } from '../tests/support/handlers.ts';
import { recordingObserver } from '../tests/support/observers.ts';
import { handler } from './resumeSettlements.ts';

const { dynamodb } = handlerWorld();
let information: jest.SpyInstance;
beforeEach(() => {
  information = jest.spyOn(logger, 'info').mockReset().mockReturnValue(undefined);
});

const context = { getRemainingTimeInMillis: (): number => 60_000 };
const verdict = { id: 'decision-9', outcome: 'WIN', decidedAt: NOON_TEXT };
const settling = {
  eventId: 'e',
  outcome: 'WIN',
  decidedAt: NOON_TEXT,
  version: 1n,
  state: 'settling',
  bets: 1n,
  stakedMinor: 1050n,
  history: [{ ...verdict, version: 1n }],
};

const lookingForWork: [string, object] = [
  'QueryCommand',
  {
    TableName: 'bet-maker-events',
    IndexName: 'unfinished',
    KeyConditionExpression: 'unfinished = :unfinished',
    ExpressionAttributeValues: { ':unfinished': '1' },
    Limit: 100,
  },
];

/** A store with one event to carry on, which has one bet behind fence 7. */
function begun(Item: Record<string, unknown>): void {
  dynamodb.on(QueryCommand).resolves({ Items: [{ betId: betIdOf(1) }] });
  dynamodb.on(QueryCommand, { IndexName: 'unfinished' }).resolves({
    Items: [{ eventId: 'e', unfinishedSince: NOON_TEXT }],
  });
  dynamodb.on(GetCommand).resolves({ Item });
  const fences = [{ eventFence: 'e#7', placed: 1n, stakedMinor: 1050n }];
  dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-fences': fences } });
  dynamodb.on(TransactWriteCommand).resolves({});
  dynamodb.on(UpdateCommand).resolves({ Attributes: settling });
  dynamodb.on(BatchExecuteStatementCommand).resolves({ Responses: [{}] });
}

const names = (): string[] => sent(dynamodb).map(([name]) => name);

describe('resumeSettlements', () => {
  it('finds nothing to do, and says nothing', async () => {
    dynamodb.on(QueryCommand).resolves({});

    expect(await handler({}, context)).toEqual({ found: 0, finished: [] });
    expect(sent(dynamodb)).toEqual([lookingForWork]);
    expect(information).not.toHaveBeenCalled();
  });

  it('carries on a settlement to its end, and logs it', async () => {
    begun(settling);

    expect(await handler({}, context)).toEqual({ found: 1, finished: ['e'] });
    expect(names()).toEqual([
      'QueryCommand',
      'GetCommand',
      'BatchGetCommand',
      'QueryCommand',
      'BatchExecuteStatementCommand',
      'UpdateCommand',
    ]);
    expect(information.mock.calls).toEqual([
      ['Settlements completed', { found: 1, finished: ['e'] }],
    ]);
  });

  it('puts a result in force that was only noted', async () => {
    begun({ eventId: 'e', intent: verdict, unfinished: '1', unfinishedSince: NOON_TEXT });

    expect(await handler({}, context)).toEqual({ found: 1, finished: ['e'] });
    expect(names()).toEqual([
      'QueryCommand',
      'GetCommand',
      'TransactWriteCommand',
      'BatchGetCommand',
      'UpdateCommand',
      'BatchGetCommand',
      'QueryCommand',
      'BatchExecuteStatementCommand',
      'UpdateCommand',
    ]);
    const forced = dynamodb.commandCalls(UpdateCommand, { ReturnValues: 'ALL_NEW' });
    expect(forced.map((call) => call.args[0].input.ExpressionAttributeValues)).toEqual([
      {
        ':outcome': 'WIN',
        ':decidedAt': NOON_TEXT,
        ':version': 1,
        ':state': 'settling',
        ':activity': `${NOON_TEXT} e`,
        ':bets': 1,
        ':staked': 1050n,
        ':none': [],
        ':verdict': [{ ...verdict, version: 1 }],
        ':unfinished': '1',
      },
    ]);
  });

  it('leaves what it cannot finish to the next run', async () => {
    begun(settling);
    dynamodb.on(BatchExecuteStatementCommand).rejects(broken('ECONNRESET'));

    expect(await handler({}, context)).toEqual({ found: 1, finished: [] });
    expect(information).not.toHaveBeenCalled();
  });

  it('takes up no event when no time is left after the reserve of a second', async () => {
    begun(settling);
    const deadline = jest
      .spyOn(service.clock, 'deadline')
      .mockReturnValue(deadlineOf(AbortSignal.abort()));

    const report = await handler({}, { getRemainingTimeInMillis: () => 900 });

    expect(report).toEqual({ found: 1, finished: [] });
    expect(deadline.mock.calls).toEqual([[0]]);
    expect(sent(dynamodb)).toEqual([lookingForWork]);
    deadline.mockRestore();
  });

  it('uses the rest of its time but a second', async () => {
    dynamodb.on(QueryCommand).resolves({});
    const deadline = jest.spyOn(service.clock, 'deadline');

    await handler({}, context);

    expect(deadline.mock.calls).toEqual([[59_000]]);
    deadline.mockRestore();
  });

  it('fails when the store is away, so that the schedule shows it', async () => {
    dynamodb.on(QueryCommand).rejects(broken('ECONNREFUSED'));

    await expect(handler({}, context)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['well', {}],
    ['badly', { Items: [{}] }],
  ])('passes on once what was told when a run ends %s', async (_how, page) => {
    const { observer, told } = recordingObserver();
    observeWith(observer);
    dynamodb.on(QueryCommand).resolves(page);

    await handler({}, context).catch(() => {});

    expect(told.filter(([fact]) => fact === 'flush')).toEqual([['flush']]);
    expect(told.at(-1)).toEqual(['flush']);
  });

  it.each([
    ["Lambda's id of the run", { ...context, awsRequestId: 'run-1' }, 'run-1'],
    ['an id of its own', context, expect.stringMatching(/^[0-9a-f-]{36}$/)],
  ])('logs with %s', async (_whose, given, requestId) => {
    begun(settling);
    information.mockRestore();
    const printed = jest.spyOn(process.stdout, 'write').mockReturnValue(true);

    await handler({}, given);

    const [line] = printed.mock.calls.map(([text]) => JSON.parse(text.toString()));
    printed.mockRestore();
    expect(line).toMatchObject({ message: 'Settlements completed', requestId });
    expect(line.correlationId).toBe(line.requestId);
  });
});
