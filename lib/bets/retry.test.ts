import { backoffMs, retry } from './retry.ts';

const BOUNDS = { tries: 3, baseMs: 10, capMs: 200 };

/** A wait whose pauses take no time but are counted; random numbers are a half. */
function countedWait() {
  const pauses: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
  return { pauses, wait: { signal: new AbortController().signal, sleep, random: () => 0.5 } };
}

describe('retry', () => {
  it.each([
    ['at once, without a pause', 1, []],
    ['before the last try, after a growing pause before each but the first', 3, [5, 10]],
  ])('ends when it has a result, even a false one: %s', async (_case, lucky, pauses) => {
    const counted = countedWait();

    const result = await retry(counted.wait, BOUNDS, async (tryNumber) =>
      tryNumber < lucky ? undefined : false,
    );

    expect(result).toBe(false);
    expect(counted.pauses).toEqual(pauses);
  });

  it('has no result when no try has one, and ends without a pause', async () => {
    const { pauses, wait } = countedWait();
    const tries: number[] = [];

    const result = await retry(wait, BOUNDS, async (tryNumber) => void tries.push(tryNumber));

    expect(result).toBeUndefined();
    expect(tries).toEqual([1, 2, 3]);
    expect(pauses).toEqual([5, 10]);
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
