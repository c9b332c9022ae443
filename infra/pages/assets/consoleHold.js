import { button, draw } from './consoleDom.js';
import { countText } from './consoleFormat.js';

/** Somebody whose pointer rests on a row for longer than that has gone away. */
const MAX_REST_MS = 30_000;

/** Keeps rows where they are while a pointer is on them, so that none jumps under a click. */
export class Hold {
  #shown = [];
  #inside = false;
  #movedAt = 0;

  /** `told` is called when the pointer leaves `box` and the rows may move again. */
  constructor(box, told) {
    box.addEventListener('pointermove', ({ pointerType }) => {
      this.#inside = pointerType === 'mouse';
      this.#movedAt = Date.now();
    });
    box.addEventListener('pointerleave', () => {
      this.#inside = false;
      told();
    });
  }

  get #isHeld() {
    return this.#inside && Date.now() - this.#movedAt < MAX_REST_MS;
  }

  /** Shows the rows as they are, wherever the pointer is. */
  release() {
    this.#inside = false;
  }

  /**
   * The keys of the rows to show out of `keys`, in order, and how many new ones wait.
   * `stays` tells whether a row that is not among `keys` any more may be shown nevertheless.
   */
  arrange(keys, stays) {
    if (!this.#isHeld || this.#shown.length === 0) {
      this.#shown = keys;
      return { keys, waiting: 0 };
    }
    const now = new Set(keys);
    this.#shown = this.#shown.filter((key) => now.has(key) || stays(key));
    const shown = new Set(this.#shown);
    return { keys: this.#shown, waiting: keys.filter((key) => !shown.has(key)).length };
  }

  /** Another list is shown from now on. */
  begin() {
    this.#shown = [];
  }
}

/** Says that new rows wait until the pointer is elsewhere. */
export function drawWaiting(place, waiting, what) {
  const said = `${countText(waiting, `new ${what}`)} · show`;
  draw(place, ...(waiting === 0 ? [] : [button('release', said)]));
}
