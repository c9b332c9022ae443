import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isLinearizable, type Operation } from './linearizability.ts';

/** A register of numbers; states are boxed, so that an unchanged one is the very same. */
interface Box {
  value: number;
}
const initial: Box = { value: 0 };
const nameOf = ({ value }: Box): string => String(value);

function write(start: number, end: number, value: number, required = true): Operation<Box> {
  return { start, end, required, early: false, kind: `${value}`, apply: () => ({ value }) };
}
function read(start: number, end: number, value: number): Operation<Box> {
  const apply = (state: Box): Box | undefined => (state.value === value ? state : undefined);
  return { start, end, required: true, early: true, apply };
}

describe('a history that could have happened one at a time', () => {
  it.each<[string, Operation<Box>[]]>([
    ['nothing at all', []],
    ['a read of what was written before', [write(0, 1, 7), read(2, 3, 7)]],
    ['a read during a write, of the old value', [write(0, 10, 7), read(2, 3, 0)]],
    ['a read during a write, of the new value', [write(0, 10, 7), read(2, 3, 7)]],
    [
      'two writes at once, in the order that the reads show',
      [write(0, 9, 1), write(0, 9, 2), read(10, 11, 2), read(12, 13, 2)],
    ],
    ['a write without an answer that never was', [write(0, Infinity, 7, false), read(5, 6, 0)]],
    [
      'a write without an answer that came late',
      [write(0, Infinity, 7, false), read(5, 6, 0), read(7, 8, 7)],
    ],
  ])('is linearizable: %s', (_name, operations) => {
    expect(isLinearizable(initial, operations, nameOf)).toBe(true);
  });
});

describe('a planted fault', () => {
  it.each<[string, Operation<Box>[]]>([
    ['a stale read', [write(0, 1, 7), read(2, 3, 0)]],
    ['a lost write', [write(0, 1, 1), write(2, 3, 2), read(4, 5, 1)]],
    ['a value out of thin air', [write(0, 1, 1), read(2, 3, 9)]],
    [
      'two readers who disagree on the order',
      [write(0, 9, 1), write(0, 9, 2), read(10, 11, 1), read(12, 13, 2)],
    ],
    ['new, then old again', [write(0, 20, 7), read(2, 3, 7), read(4, 5, 0)]],
    ['an acknowledged write that never was', [write(0, 5, 7), read(6, 7, 0)]],
    [
      'a write without an answer that came twice',
      [write(0, Infinity, 7, false), read(1, 2, 7), write(3, 4, 1), read(5, 6, 7)],
    ],
  ])('is noticed: %s', (_name, operations) => {
    expect(isLinearizable(initial, operations, nameOf)).toBe(false);
  });
});

/** Every order of every choice of the operations, by definition: slow, and no search. */
function byDefinition(operations: readonly Operation<Box>[]): boolean {
  const orders = (left: readonly Operation<Box>[]): Operation<Box>[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((first) =>
          orders(left.filter((other) => other !== first)).map((rest) => [first].concat(rest)),
        );
  const optional = operations.filter((operation) => !operation.required);
  const choices = Array.from({ length: 2 ** optional.length }, (_, bits) =>
    operations.filter(
      (operation) => operation.required || (bits >> optional.indexOf(operation)) % 2 === 1,
    ),
  );
  return choices.some((choice) =>
    orders(choice).some((order) => {
      const inTime = order.every((one, index) =>
        order.slice(index).every((later) => one.start <= later.end),
      );
      let state: Box | undefined = initial;
      for (const operation of order) state = state && operation.apply(state);
      return inTime && state !== undefined;
    }),
  );
}

it('agrees with the definition on every small history', () => {
  const operation = fc
    .record({
      start: fc.nat(8),
      length: fc.integer({ min: 1, max: 6 }),
      value: fc.integer({ min: 0, max: 2 }),
      kind: fc.integer({ min: 0, max: 4 }),
    })
    .map(({ start, length, value, kind }) => {
      if (kind === 0) return write(start, Infinity, value, false);
      return kind < 3 ? write(start, start + length, value) : read(start, start + length, value);
    });

  fc.assert(
    fc.property(fc.array(operation, { maxLength: 5 }), (operations) => {
      expect(isLinearizable(initial, operations, nameOf)).toBe(byDefinition(operations));
    }),
    { numRuns: 1000 },
  );
});
