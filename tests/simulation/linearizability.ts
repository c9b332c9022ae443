/**
 * Whether a concurrent history of one object could have happened one operation at a time (Herlihy
 * and Wing, 1990), by the search of Wing and Gong with Lowe's memory of where it has been (2017).
 */
export interface Operation<State> {
  start: number;
  /** Infinity for an operation whose answer never came: it may take effect at any time after. */
  end: number;
  /** Whether it must have had its effect; one without an answer need not. */
  required: boolean;
  /** Whether it may come as soon as it leaves the state as it is: it could not do more later. */
  early: boolean;
  /** Names what it does; those without an answer that do the same may stand for each other. */
  kind?: string;
  /** The state after it, or undefined where it cannot have answered as it did. */
  apply(state: State): State | undefined;
}

export function isLinearizable<State>(
  initial: State,
  operations: readonly Operation<State>[],
  nameOf: (state: State) => string,
): boolean {
  const seen = new Set<string>();
  const search = (state: State, done: bigint): boolean => {
    const [now, reached] = passAll(state, done, operations);
    if (reached === 'all') return true;
    const place = `${now.toString(36)} ${nameOf(state)}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return candidates(now, operations).some(([operation, bit]) => {
      const next = operation.apply(state);
      return next !== undefined && search(next, now | bit);
    });
  };
  return search(initial, 0n);
}

/** Those that may come next: they began before any that is left had ended. */
function candidates<State>(
  done: bigint,
  operations: readonly Operation<State>[],
): [Operation<State>, bigint][] {
  const left = operations
    .map((operation, index): [Operation<State>, bigint] => [operation, 1n << BigInt(index)])
    .filter(([, bit]) => (done & bit) === 0n);
  const firstEnd = Math.min(...left.map(([operation]) => operation.end));
  const taken = new Set<string>();
  return left.filter(([{ start, end, kind }]) => {
    if (start > firstEnd) return false;
    // Whichever of them comes first: it may as well be the first of them all that began in time.
    if (kind === undefined || end < Infinity) return true;
    const isFirst = !taken.has(kind);
    taken.add(kind);
    return isFirst;
  });
}

/**
 * What leaves the state as it is may as well come at once: it hinders nothing that comes later.
 * Only operations that must have had their effect count towards the end.
 */
function passAll<State>(
  state: State,
  done: bigint,
  operations: readonly Operation<State>[],
): [bigint, 'all' | 'some'] {
  let now = done;
  for (;;) {
    const still = candidates(now, operations).filter(
      ([operation]) => operation.early && operation.apply(state) === state,
    );
    if (still.length === 0) break;
    for (const [, bit] of still) now |= bit;
  }
  const missing = operations.some(
    (operation, index) => operation.required && (now & (1n << BigInt(index))) === 0n,
  );
  return [now, missing ? 'some' : 'all'];
}
