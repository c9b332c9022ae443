import type { Clock, Deadline } from '../../lib/bets/context.ts';

/** False when nothing comes of it, so that nothing runs on. */
type Run = () => false | void;

interface Step {
  at: number;
  order: number;
  run: Run;
}

/** Time that passes only when nothing is left to do at the present instant. */
export interface VirtualTime {
  /** Milliseconds since the schedule began. */
  now(): number;
  after(milliseconds: number, run: Run): void;
  /** Resolves after `milliseconds`, or when `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Waits for as long as `heldMs` says when the time is over. */
  deadline(milliseconds: number, heldMs?: () => number): Deadline;
  /** Lets everything happen that is due until `until`, in milliseconds since the beginning. */
  runUntil(until: number): Promise<void>;
  /** Lets happen what has to, until `task` is settled; time stands at that instant then. */
  runThrough<Result>(task: Promise<Result>): Promise<Result>;
}

/** All promises that are settled run on before the next step. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function createVirtualTime(): VirtualTime {
  const steps = createHeap();
  let now = 0;
  let order = 0;
  const after = (milliseconds: number, run: Run): void => {
    order += 1;
    steps.push({ at: now + Math.max(0, milliseconds), order, run });
  };
  const runWhile = async (isDue: (step: Step) => boolean): Promise<void> => {
    // What was begun before this comes first.
    await settled();
    for (let step = steps.peek(); step !== undefined && isDue(step); step = steps.peek()) {
      steps.pop();
      now = step.at;
      if (step.run() !== false) await settled();
    }
  };
  return {
    now: () => now,
    after,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        signal?.addEventListener('abort', () => resolve(), { once: true });
        after(milliseconds, resolve);
      }),
    deadline: (milliseconds, heldMs = () => 0) => {
      const controller = new AbortController();
      let disposed = false;
      const end = (): false | void => {
        const held = disposed ? 0 : heldMs();
        if (held > 0) after(held, end);
        if (held > 0 || disposed) return false;
        controller.abort();
      };
      after(milliseconds, end);
      return { signal: controller.signal, [Symbol.dispose]: () => void (disposed = true) };
    },
    runUntil: async (until) => {
      await runWhile((step) => step.at <= until);
      now = until;
    },
    runThrough: async (task) => {
      let over = false;
      const end = (): void => void (over = true);
      task.then(end, end);
      await runWhile(() => !over);
      return task;
    },
  };
}

/** When a process stands still, in milliseconds since the schedule began. */
export interface Freeze {
  from: number;
  to: number;
}

/** How long a process stands still from now on. */
export function frozenMs(freezes: readonly Freeze[], now: number): number {
  return Math.max(0, ...freezes.map(({ from, to }) => (from <= now && now < to ? to - now : 0)));
}

/** For how much of a time a process stood still. */
export function frozenWithin(freezes: readonly Freeze[], start: number, end: number): number {
  const parts = freezes.map(({ from, to }) => Math.min(to, end) - Math.max(from, start));
  return parts.reduce((sum, part) => sum + Math.max(0, part), 0);
}

/**
 * The clock of a server, `offset` being its time when the schedule began. While it stands still, no
 * pause and no deadline of it ends.
 */
export function serverClock(
  time: VirtualTime,
  offset: number,
  freezes: () => readonly Freeze[] = () => [],
): Clock {
  return {
    now: () => offset + time.now(),
    sleep: async (milliseconds, signal) => {
      await time.sleep(milliseconds, signal);
      const rest = frozenMs(freezes(), time.now());
      if (rest > 0) await time.sleep(rest);
    },
    deadline: (milliseconds) => time.deadline(milliseconds, () => frozenMs(freezes(), time.now())),
  };
}

interface Heap {
  push(step: Step): void;
  peek(): Step | undefined;
  pop(): void;
}

function createHeap(): Heap {
  const steps: Step[] = [];
  const before = (one: number, other: number): boolean => {
    const [a, b] = [steps[one], steps[other]];
    if (a === undefined || b === undefined) return a !== undefined;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  };
  const swap = (one: number, other: number): void => {
    const [a, b] = [steps[one], steps[other]];
    if (a !== undefined && b !== undefined) [steps[one], steps[other]] = [b, a];
  };
  return {
    peek: () => steps[0],
    push: (step) => {
      steps.push(step);
      for (let at = steps.length - 1; at > 0 && before(at, (at - 1) >> 1); at = (at - 1) >> 1) {
        swap(at, (at - 1) >> 1);
      }
    },
    pop: () => {
      swap(0, steps.length - 1);
      steps.pop();
      for (let at = 0; ;) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        const least = before(right, left) ? right : left;
        if (least >= steps.length || !before(least, at)) return;
        swap(at, least);
        at = least;
      }
    },
  };
}
