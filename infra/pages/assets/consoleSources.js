// What is kept fresh while somebody looks at it.
import { Problem } from './consoleApi.js';

/** An answer is shown for so long, so that no change of a colleague's is unseen for 5 seconds. */
const PERIOD_MS = 3_000;
/** After so long without a key or a pointer nobody seems to look. */
const IDLE_AFTER_MS = 180_000;
const IDLE_PERIOD_MS = 15_000;
const HIDDEN_PERIOD_MS = 60_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 4_000;

let lastSign = Date.now();

/** Whether nobody has touched the page for minutes. */
const isIdle = () => Date.now() - lastSign > IDLE_AFTER_MS;

/** How long to wait before the next request, after so many failures in a row. */
function pauseAfter(failures, retryAfterMs) {
  if (document.hidden) return HIDDEN_PERIOD_MS;
  const retry = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  if (failures > 0) return Math.max(retry, retryAfterMs);
  return isIdle() ? IDLE_PERIOD_MS : PERIOD_MS;
}

/** Who has not typed for so long has typed all. */
export const TYPING_MS = 250;

/** The same, once nobody has typed on for a moment. */
export function afterTyping(load) {
  let isTyped = false;
  return async (signal) => {
    if (!isTyped) await new Promise((resolve) => setTimeout(resolve, TYPING_MS));
    isTyped = true;
    signal.throwIfAborted();
    return load(signal);
  };
}

/** One thing that is read again and again. `value` is undefined until the first answer. */
class Source {
  value;
  /** Of the last request, unless it was answered. */
  problem;
  failures = 0;
  /** When what is known was asked for, in milliseconds since the epoch. */
  at;
  /** When the request that is under way was sent. */
  askedAt;
  #load;
  #told;
  #timer;
  #again = false;
  #stopping = new AbortController();

  constructor(load, told) {
    this.#load = load;
    this.#told = told;
    void this.#run();
  }

  /** Reads now, or once more as soon as the request that is under way is over. */
  refresh() {
    if (this.askedAt === undefined) void this.#run();
    else this.#again = true;
  }

  stop() {
    clearTimeout(this.#timer);
    this.#stopping.abort();
  }

  async #run() {
    clearTimeout(this.#timer);
    this.askedAt = Date.now();
    this.#again = false;
    const { signal } = this.#stopping;
    try {
      this.value = await this.#load(signal);
      this.at = this.askedAt;
      this.#end();
    } catch (error) {
      if (signal.aborted) return;
      this.#end(error);
      if (!(error instanceof Problem)) throw error;
    }
  }

  #end(error) {
    if (this.#stopping.signal.aborted) return;
    const failed = error !== undefined && !error.isFinal;
    this.failures = failed ? this.failures + 1 : 0;
    this.problem = error;
    if (error?.isFinal) this.at = this.askedAt;
    this.askedAt = undefined;
    const pause = this.#again ? 0 : pauseAfter(this.failures, error?.retryAfterMs ?? 0);
    this.#timer = setTimeout(() => void this.#run(), pause);
    this.#told();
  }
}

/** All that the page looks at, by name. Each of its parts says what it wants. */
export class Sources {
  #sources = new Map();
  #wanted = new Map();
  #told;

  /** `told` is called after each answer. */
  constructor(told) {
    this.#told = told;
    document.addEventListener('visibilitychange', () => document.hidden || this.refresh());
    addEventListener('online', () => this.refresh());
    for (const sign of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'])
      addEventListener(sign, () => this.#noteSign(), { passive: true, capture: true });
  }

  #noteSign() {
    const wasIdle = isIdle();
    lastSign = Date.now();
    if (wasIdle) this.refresh();
  }

  /** `part` wants these, and no others any more: how to load each, by its name. */
  want(part, loads) {
    this.#wanted.set(part, loads);
    const all = Object.assign({}, ...this.#wanted.values());
    for (const [name, source] of this.#sources) {
      if (name in all) continue;
      source.stop();
      this.#sources.delete(name);
    }
    for (const [name, load] of Object.entries(all)) {
      if (!this.#sources.has(name)) this.#sources.set(name, new Source(load, this.#told));
    }
  }

  get(name) {
    return this.#sources.get(name);
  }

  refresh() {
    for (const source of this.#sources.values()) source.refresh();
  }

  all() {
    return [...this.#sources.values()];
  }
}
