/** What the benches share: rounds in turn, medians and their spread, the machine's facts. */
import { cpus, totalmem } from 'node:os';

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const below = sorted[Math.floor(middle)] ?? Number.NaN;
  const above = sorted[Math.ceil(middle)] ?? Number.NaN;
  return {
    median: (below + above) / 2,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}

/** Pair by pair, so that a machine whose speed drifts does not spoil the ratio. */
export function ratioOf(ours: readonly number[], others: readonly number[]): Spread {
  return spreadOf(ours.map((value, round) => value / (others[round] ?? Number.NaN)));
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function show({ median, min, max }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

export function machine(): object {
  const [first] = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processors: cpus().length,
    model: first?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

/** One comparison of the table, or one figure that has nothing to be held against. */
export interface Row {
  case: string;
  ours: string;
  against: string;
  ratio: string;
  /** What the ratio should be at least (`>=`) or at most (`<=`); empty if nobody asks for one. */
  target: string;
  met: boolean | undefined;
}

export function row(
  name: string,
  ours: string,
  against: string,
  ratio: Spread,
  target: string,
): Row {
  return { case: name, ours, against, ratio: show(ratio), target, met: isMet(ratio, target) };
}

function isMet({ median }: Spread, target: string): boolean | undefined {
  if (target === '') return undefined;
  const limit = Number(target.slice(2));
  return target.startsWith('>=') ? median >= limit : median <= limit;
}

export function figure(name: string, ours: string): Row {
  return { case: name, ours, against: '', ratio: '', target: '', met: undefined };
}
