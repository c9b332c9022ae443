import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './bets/context.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
  deadline: (milliseconds) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), milliseconds);
    return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
