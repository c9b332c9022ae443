import { setImmediate } from 'node:timers/promises';
import { backoffMs, retry } from './retry.ts';

const BOUNDS = { tries: 3, baseMs: 10, capMs: 200 };

/** Tries of which one is lucky, and what happened in order; random numbers are a half. */
async function log(lucky: number): Promise<{ result: unknown; happened: string[] }> {
  const happened: string[] = [];
  const sleep = async (milliseconds: number): Promise<void> => {
    await setImmediate();
    happened.push(`${milliseconds} ms`);
  };
  const wait = { signal: new AbortController().signal, sleep, random: () => 0.5 };
  const result = await retry(wait, BOUNDS, async (tryNumber) => {
    happened.push(`try ${tryNumber}`);
    return tryNumber === lucky ? false : undefined;
  });
  return { result, happened };
}

describe('retry', () => {
  it.each([
    ['the first try', 1, false, ['try 1']],
    ['the last try', 3, false, ['try 1', '5 ms', 'try 2', '10 ms', 'try 3']],
    ['no try', 4, undefined, ['try 1', '5 ms', 'try 2', '10 ms', 'try 3']],
  ])('ends when %s has a result, even a false one', async (_case, lucky, result, happened) => {
    expect(await log(lucky)).toEqual({ result, happened });
  });
});

describe('backoffMs', () => {
  it('is spread evenly up to a bound that doubles with each retry up to the cap', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7].map((retryNumber) => backoffMs(BOUNDS, retryNumber, 1));
    const pauses = [0, 0.25, 0.5].map((random) => backoffMs(BOUNDS, 3, random));

    expect(bounds).toEqual([10, 20, 40, 80, 160, 200, 200]);
    expect(pauses).toEqual([0, 10, 20]);
  });
});
