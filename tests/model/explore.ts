import type { Guarantee, Violation } from '../simulation/promises.ts';
import { StateSet } from './stateSet.ts';
import { createWorld, type Protocol, type Scope } from './world.ts';

export interface Explored {
  states: number;
  /** Different contents of the tables, with what clients were told. */
  contents: number;
  /** The most steps that a state is away from the first one. */
  depth: number;
  seconds: number;
  violation?: Violation & { trace: string[] };
}

interface Options {
  /** More states are an error. */
  most?: number;
  /** Passes over violations of other guarantees. */
  until?: Guarantee;
  /** Takes a final step before all others. */
  reduced?: boolean;
}

/** Tries all orders of the steps of a scope, breadth first: the first violation is the nearest. */
export function explore(protocol: Protocol, scope: Scope, options: Options = {}): Explored {
  const { most = 30_000_000, until, reduced = true } = options;
  const begun = performance.now();
  const { first, visitSteps, contents } = createWorld(protocol, scope, reduced);
  const states = new StateSet(first.length);
  states.add(first);
  const parents: number[] = [-1];
  let depth = 0;
  let levelEnd = 1;
  const traceTo = (index: number): string[] => {
    const parent = parents[index] ?? -1;
    if (parent < 0) return [];
    const names: string[] = [];
    visitSteps(states.row(parent), (state, _, name) => {
      if (names.length === 0 && states.add(state) === index) names.push(name());
    });
    return [...traceTo(parent), ...names];
  };
  const found: NonNullable<Explored['violation']>[] = [];
  for (let index = 0; index < states.size && found.length === 0; index += 1) {
    if (index === levelEnd) {
      depth += 1;
      levelEnd = states.size;
    }
    visitSteps(states.row(index), (state, violations, name) => {
      const broken = violations.find((each) => until === undefined || each.guarantee === until);
      if (broken !== undefined) found.push({ ...broken, trace: [...traceTo(index), name()] });
      if (states.add(state) === parents.length) parents.push(index);
    });
    if (states.size > most) throw new Error(`There are more than ${most} states`);
  }
  const seconds = (performance.now() - begun) / 1_000;
  const [violation] = found;
  const size = { states: states.size, contents: contents(), depth, seconds };
  return violation === undefined ? size : { ...size, violation };
}
