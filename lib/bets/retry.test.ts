import { backoffMs, retry } from './retry.ts';

const BOUNDS = { tries: 3, baseMs: 10, capMs: 200 };

/** A wait whose pauses take no time but are counted; random numbers are a half. */
function countedWait() {
  const pauses: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
  return { pauses, wait: { signal: new AbortController().signal, sleep, random: () => 0.5 } };
}

describe('retry', () => {
  it('makes no pause before the first try, which is number 1', async () => {
    const { pauses, wait } = countedWait();

    const result = await retry(wait, BOUNDS, async (tryNumber) => `try ${tryNumber}`);

    expect(result).toBe('try 1');
    expect(pauses).toEqual([]);
  });

  it('pauses before each further try until one has a result, even a false one', async () => {
    const { pauses, wait } = countedWait();

    const result = await retry(wait, BOUNDS, async (tryNumber) =>
      tryNumber < 3 ? undefined : false,
    );

    expect(result).toBe(false);
    expect(pauses).toEqual([5, 10]);
  });

  it('has no result when no try has one, and ends without a pause', async () => {
    const { pauses, wait } = countedWait();
    const tries: number[] = [];

    const result = await retry(wait, BOUNDS, async (tryNumber) => void tries.push(tryNumber));

    expect(result).toBeUndefined();
    expect(tries).toEqual([1, 2, 3]);
    expect(pauses).toEqual([5, 10]);
  });

  it('passes a failure on at once', async () => {
    const { pauses, wait } = countedWait();
    const failure = new Error('a bug');

    const retried = retry(wait, BOUNDS, () => Promise.reject(failure));

    await expect(retried).rejects.toBe(failure);
    expect(pauses).toEqual([]);
  });
});

describe('backoffMs', () => {
  it('doubles its bound with each retry up to the cap', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7].map((retryNumber) => backoffMs(BOUNDS, retryNumber, 1));

    expect(bounds).toEqual([10, 20, 40, 80, 160, 200, 200]);
  });

  it('is spread evenly between nothing and the bound', () => {
    const pauses = [0, 0.25, 0.5].map((random) => backoffMs(BOUNDS, 3, random));

    expect(pauses).toEqual([0, 10, 20]);
  });
});
