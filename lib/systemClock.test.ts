import { systemClock } from './service.ts';

const timers = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

describe('systemClock', () => {
  it('sleeps, and wakes at once without an error when the signal aborts', async () => {
    const stopping = new AbortController();
    const sleeping = systemClock.sleep(600_000, stopping.signal);

    stopping.abort();

    await expect(sleeping).resolves.toBeUndefined();
    await expect(systemClock.sleep(600_000, AbortSignal.abort())).resolves.toBeUndefined();
    await expect(systemClock.sleep(1, new AbortController().signal)).resolves.toBeUndefined();
  });

  it('aborts at a deadline', async () => {
    const { signal } = systemClock.deadline(1);

    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });

    expect(signal.aborted).toBe(true);
  });

  it('leaves no timer behind a deadline that is disposed of', () => {
    const before = timers();
    const deadline = systemClock.deadline(600_000);
    const during = timers();

    deadline[Symbol.dispose]();

    expect([during, timers()]).toEqual([before + 1, before]);
    expect(deadline.signal.aborted).toBe(false);
  });
});
