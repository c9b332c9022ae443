import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { mockDynamodb } from '../tests/support/dynamodb.ts';
import { keptLog } from '../tests/support/keptLog.ts';
import { silentObserver } from '../tests/support/observers.ts';
import type { Clock, Context } from './bets/context.ts';
import { isBetId } from './bets/ids.ts';
import { readConfig } from './config.ts';
import { createService } from './service.ts';

const CONFIG = readConfig({
  DYNAMODB_ENDPOINT: 'aws',
  TABLE_PREFIX: 'stage-',
  SETTLE_BUDGET_MS: '250',
  LOG_LEVEL: 'WARN',
});

/** A clock whose deadlines come when the test says so, and what was asked of it. */
function heldClock() {
  const deadlines: AbortController[] = [];
  const asked: unknown[] = [];
  /** Which of the deadlines aborts the signal. */
  const indexOf = (signal: unknown) => deadlines.findIndex((each) => each.signal === signal);
  const clock: Clock = {
    now: () => 7,
    sleep: async (milliseconds, signal) =>
      void asked.push(['sleep', milliseconds, indexOf(signal)]),
    deadline: (milliseconds) => {
      const length = deadlines.push(new AbortController());
      asked.push(['deadline', milliseconds]);
      return {
        signal: deadlines[length - 1]?.signal ?? AbortSignal.abort(),
        [Symbol.dispose]: () => void asked.push(['disposed']),
      };
    },
  };
  return { clock, deadlines, asked, indexOf };
}

describe('createService', () => {
  it('binds the store and every pause to the deadline, and disposes of it in the end', async () => {
    const { clock, asked, indexOf } = heldClock();
    const dynamodb = mockDynamodb();
    dynamodb.on(BatchGetCommand).resolves({});
    const { within } = createService(CONFIG, { clock });

    await within(500, async (context) => {
      await context.store.events.find(['e']);
      await context.sleep(20);
      asked.push(['signal', indexOf(context.signal)]);
    });

    expect(asked).toEqual([['deadline', 500], ['sleep', 20, 0], ['signal', 0], ['disposed']]);
    const given = dynamodb.calls().map((call) => {
      const [command, options]: unknown[] = call.args;
      return [command, indexOf(Reflect.get(Object(options), 'abortSignal'))];
    });
    const reading = { input: { RequestItems: { 'stage-events': {} } } };
    expect(given).toMatchObject([[reading, 0]]);
  });

  it.each([
    ['its own', 1, [false, true]],
    ['the outer one', 0, [true, true]],
  ])('ends a task within another at %s, if that comes first', async (_whose, first, aborted) => {
    const { clock, deadlines } = heldClock();
    const { within } = createService(CONFIG, { clock });

    const ended = await within(500, (outer) =>
      outer.within(100, async (inner) => {
        deadlines[first]?.abort();
        return [outer.signal.aborted, inner.signal.aborted];
      }),
    );

    expect(ended).toEqual(aborted);
  });

  it('makes contexts of the parts that are given', async () => {
    const { clock } = heldClock();
    const { logger } = keptLog();
    const tools = { newBetId: () => 'bet', newDecisionId: () => 'decision', random: () => 0.25 };
    const service = createService(CONFIG, { clock, logger, observer: silentObserver, ...tools });

    const context = await service.within(1, async (made) => made);

    expect(context).toMatchObject({ ...tools, observer: silentObserver, sweepBudgetMs: 250 });
    expect(context.now()).toBe(7);
    expect(service).toMatchObject({ logger, observer: silentObserver });
  });

  it("has new ids, evenly spread numbers and the machine's time by default", async () => {
    const before = Date.now();
    const service = createService(CONFIG);
    const context = await service.within(60_000, async (made: Context) => made);

    const [first, second] = [context.newDecisionId(), context.newDecisionId()];
    const numbers = new Set(Array.from({ length: 100 }, () => context.random()));

    expect(isBetId(context.newBetId(0))).toBe(true);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(first).not.toBe(second);
    expect(numbers.size).toBeGreaterThan(90);
    expect([...numbers].filter((number) => number < 0 || number >= 1)).toEqual([]);
    expect(context.now()).toBeGreaterThanOrEqual(before);
    expect(context.now()).toBeLessThanOrEqual(Date.now());
    expect(service.logger.getLevelName()).toBe('WARN');
  });
});
