import { backoffMs } from './clock.ts';

describe('backoffMs', () => {
  const backoff = { baseMs: 10, capMs: 200 };

  it('doubles its bound with each try up to the cap', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7].map((attempt) => backoffMs(backoff, attempt, 1));

    expect(bounds).toEqual([10, 20, 40, 80, 160, 200, 200]);
  });

  it('is spread evenly between nothing and the bound', () => {
    const pauses = [0, 0.25, 0.5].map((random) => backoffMs(backoff, 3, random));

    expect(pauses).toEqual([0, 10, 20]);
  });
});
