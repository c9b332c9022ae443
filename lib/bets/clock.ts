/** Time as the service sees it; a simulation supplies its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `milliseconds`, or at once when `signal` aborts. Never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  deadline(milliseconds: number): Deadline;
}

/** Aborts its signal when the time is over. Disposing of it earlier leaves nothing behind. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
}
