import { handler } from '../../functions/resumeSettlements.ts';
import { logger } from '../../lib/logger.ts';
import { prepareStore } from './prepareStore.ts';
import { runSettlementLoop } from './settlementLoop.ts';

jest.mock('../../functions/resumeSettlements.ts', () => ({ handler: jest.fn() }));
jest.mock('./prepareStore.ts', () => ({ prepareStore: jest.fn() }));

const resuming = jest.mocked(handler);
const preparing = jest.mocked(prepareStore);
const warnings = jest.spyOn(logger, 'warn');

/** Runs the loop for some runs of the resumer, each followed by its pause. */
async function runFor(runs: number, run: (number: number) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  let number = 0;
  resuming.mockImplementation(async () => {
    number += 1;
    if (number === runs) stopping.abort();
    await run(number);
    return { found: 0, finished: [] };
  });
  await runSettlementLoop(stopping.signal);
}

beforeEach(() => {
  resuming.mockReset();
  preparing.mockReset().mockResolvedValue(undefined);
  warnings.mockReset().mockReturnValue(undefined);
});

describe('runSettlementLoop', () => {
  it('makes the tables first, and then resumes settlements with a minute of time', async () => {
    await runFor(1, async () => {});

    const [, context] = resuming.mock.calls[0] ?? [];
    expect(preparing).toHaveBeenCalledTimes(1);
    expect(preparing.mock.invocationCallOrder[0]).toBeLessThan(
      resuming.mock.invocationCallOrder[0] ?? 0,
    );
    expect(context?.getRemainingTimeInMillis()).toBeGreaterThan(58_000);
    expect(context?.getRemainingTimeInMillis()).toBeLessThanOrEqual(60_000);
  });

  it('ends without an error, and does not begin when it is stopped already', async () => {
    await expect(runSettlementLoop(AbortSignal.abort())).resolves.toBeUndefined();
    expect(preparing).not.toHaveBeenCalled();
    expect(resuming).not.toHaveBeenCalled();
  });

  it('outlives a store that is away, and says so', async () => {
    const error = new Error('the store is away');

    await runFor(1, async () => {
      throw error;
    });

    expect(warnings.mock.calls).toEqual([['Not all settlements were carried on', { error }]]);
  });
});
