import { getEventListeners } from 'node:events';
import { untilAborted } from './context.ts';

const never = new Promise<never>(() => {});
const late = {
  name: 'BetError',
  code: 'unavailable',
  message: 'The store did not answer in time; try again.',
};

describe('untilAborted', () => {
  it('becomes what the promise becomes, and listens to the signal no longer', async () => {
    const { signal } = new AbortController();

    const result = await untilAborted(signal, Promise.resolve('done'));

    expect(result).toBe('done');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('waits no longer once the deadline is over', async () => {
    const deadline = new AbortController();
    const waiting = untilAborted(deadline.signal, never);

    deadline.abort();

    await expect(waiting).rejects.toMatchObject(late);
  });

  it('does not wait when the deadline was over before', async () => {
    await expect(untilAborted(AbortSignal.abort(), never)).rejects.toMatchObject(late);
  });
});
