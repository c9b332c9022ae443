import { createLock } from './lock.ts';

describe('createLock', () => {
  it('runs one task at a time, in the order of asking', async () => {
    const inTurn = createLock();
    const order: string[] = [];
    const task = (name: string, turns: number) => async (): Promise<string> => {
      order.push(`${name} begins`);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      order.push(`${name} ends`);
      return name;
    };

    const results = await Promise.all([
      inTurn(task('a', 5)),
      inTurn(task('b', 1)),
      inTurn(task('c', 0)),
    ]);

    expect(results).toEqual(['a', 'b', 'c']);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('goes on after a task that fails, and tells its caller alone', async () => {
    const inTurn = createLock();
    const failure = new Error('failed');

    const first = inTurn(async () => {
      throw failure;
    });
    const second = inTurn(async () => 'second');

    await expect(first).rejects.toBe(failure);
    await expect(second).resolves.toBe('second');
  });
});
