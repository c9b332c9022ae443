/** States as rows of integers, each once, in the order in which they were found. */
export class StateSet {
  readonly #width: number;
  /** Where each row is, by its hash; at most half of the slots are taken. */
  #slots = new Int32Array(1 << 13).fill(-1);
  #rows: Int32Array;
  size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#rows = new Int32Array(width * (this.#slots.length / 2));
  }

  row(index: number): Int32Array {
    return this.#rows.subarray(index * this.#width, (index + 1) * this.#width);
  }

  /** The index of a row that was there already, or of the new one. */
  add(row: ArrayLike<number>): number {
    if (this.size === this.#slots.length / 2) this.#grow();
    const slot = this.#slotOf(row);
    const present = this.#slots[slot] ?? -1;
    if (present >= 0) return present;
    this.#slots[slot] = this.size;
    this.#rows.set(row, this.size * this.#width);
    this.size += 1;
    return this.size - 1;
  }

  /** Where the row is, or the free slot where it belongs. */
  #slotOf(row: ArrayLike<number>): number {
    let hash = 0;
    for (let place = 0; place < this.#width; place += 1) {
      hash = Math.imul(hash ^ (row[place] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const present = this.#slots[slot] ?? -1;
      if (present < 0 || this.#isAt(present, row)) return slot;
    }
  }

  #isAt(index: number, row: ArrayLike<number>): boolean {
    const start = index * this.#width;
    for (let place = 0; place < this.#width; place += 1) {
      if (this.#rows[start + place] !== row[place]) return false;
    }
    return true;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let index = 0; index < this.size; index += 1) {
      this.#slots[this.#slotOf(this.row(index))] = index;
    }
    const rows = new Int32Array((this.#slots.length / 2) * this.#width);
    rows.set(this.#rows.subarray(0, this.size * this.#width));
    this.#rows = rows;
  }
}
