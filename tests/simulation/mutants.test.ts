import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutant, MUTANTS, textOf } from './mutants.ts';
import { GUARANTEES } from './promises.ts';
import { SUBTLE_MUTANTS } from './subtleMutants.ts';

const read = (file: string): string => readFileSync(join(__dirname, '../..', file), 'utf8');

describe('the text that a mutant breaks', () => {
  it.each([...MUTANTS, ...SUBTLE_MUTANTS])('is in the source once: $name', (mutant) => {
    const source = read(mutant.file);

    expect(source.match(textOf(mutant))).toHaveLength(1);
  });

  it.each([
    ['f(a, [b]);', 1],
    ['f(\n  a,\n  [\n    b,\n  ],\n);', 1],
    ['f(a, [b]); f(a, [b]);', 2],
    ['f(a, [c]);', 0],
  ])('is found however its lines are broken: %j', (source, times) => {
    const mutant: Mutant = { name: '', guarantee: 1, file: '', find: 'f(a, [b]);', replace: '' };

    expect(source.match(textOf(mutant)) ?? []).toHaveLength(times);
  });
});

it('documents every guarantee and every mutant that breaks it', () => {
  const rows = read('docs/guarantees.md').matchAll(/^\| (\d+) +\| ([^|]+?) +\| ([^|]+?) +\|$/gm);

  const documented = [...rows].map(([, number, name, mutants]) => [
    number,
    name,
    mutants?.split('; '),
  ]);

  const expected = Object.entries(GUARANTEES).map(([number, name]) => {
    const own = MUTANTS.filter((mutant) => String(mutant.guarantee) === number);
    return [number, name, own.map((mutant) => mutant.name)];
  });
  expect(documented).toEqual(expected);
});
