import { BatchGetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type MockedDynamodb, mockDynamodb } from '../tests/support/dynamodb.ts';
import { noon } from '../tests/support/handlers.ts';
import { keptLog } from '../tests/support/keptLog.ts';
import { recordingObserver } from '../tests/support/observers.ts';
import { NOON_TEXT } from '../tests/support/samples.ts';
import { readConfig } from './config.ts';
import { resume } from './resumer.ts';
import { createService } from './service.ts';

const AWS = readConfig({ DYNAMODB_ENDPOINT: 'aws' });

/** A run's service on a store without work. */
function quiet() {
  const { logger, lines } = keptLog();
  const { observer, told } = recordingObserver();
  const deadlines: number[] = [];
  const deadline = (milliseconds: number) => {
    deadlines.push(milliseconds);
    return noon.deadline(milliseconds);
  };
  const clock = { ...noon, deadline };
  const service = createService(AWS, { clock, observer, logger });
  const dynamodb = mockDynamodb();
  dynamodb.on(QueryCommand).resolves({});
  return { service, dynamodb, deadlines, told, lines };
}

/** An event that has its result, and no bet that does not show it. */
function leaveWork(dynamodb: MockedDynamodb): void {
  const listed = { eventId: 'e', listKey: `${NOON_TEXT} e` };
  const event = {
    ...listed,
    fences: 1n,
    outcome: 'WIN',
    decidedAt: NOON_TEXT,
    version: 1n,
    state: 'settling',
    bets: 1n,
    stakedMinor: 1050n,
    history: [],
  };
  const fence = { eventFence: 'e#0', placed: 1n, sweptVersion: 1n };
  dynamodb.on(QueryCommand).resolves({ Items: [listed] });
  dynamodb
    .on(BatchGetCommand)
    .resolvesOnce({ Responses: { 'bet-maker-events': [event] } })
    .resolves({ Responses: { 'bet-maker-fences': [fence] } });
  dynamodb.on(UpdateCommand).resolves({});
}

describe('resume', () => {
  it('carries on what was left, and logs it with the id of the run', async () => {
    const { service, dynamodb, lines } = quiet();
    leaveWork(dynamodb);

    const report = await resume(service, 'run-1', 60_000);

    const completed = { found: 1, finished: ['e'] };
    expect(report).toEqual({ ...completed, torn: [] });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'INFO',
        message: 'Settlements completed',
        timestamp: expect.any(String),
        service: 'bet-maker',
        requestId: 'run-1',
        correlationId: 'run-1',
        ...completed,
      },
    ]);
  });

  it.each([
    [60_000, 59_000],
    [900, 0],
  ])('uses of %d milliseconds all but a second: %d', async (remaining, used) => {
    const { service, deadlines, lines } = quiet();

    const report = await resume(service, 'run-1', remaining);

    expect(report).toEqual({ found: 0, finished: [], torn: [] });
    expect(deadlines).toEqual([used]);
    expect(lines).toEqual([]);
  });

  it.each([
    ['well', {}],
    ['badly', { Items: [{}] }],
  ])('passes on once what was told, when a run has ended %s', async (_how, page) => {
    const { service, dynamodb, told } = quiet();
    dynamodb.on(QueryCommand).resolves(page);

    await resume(service, 'run-1', 60_000).catch(() => {});

    expect(told.filter(([fact]) => fact === 'flush')).toHaveLength(1);
    expect(told.at(-1)).toEqual(['flush']);
  });
});
