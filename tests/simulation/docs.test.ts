import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUARANTEES } from './guarantees.ts';
import { MUTANTS } from './mutants.ts';

const page = readFileSync(join(__dirname, '../../docs/guarantees.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) +\| ([^|]+?) +\| ([^|]+?) +\|$/gm)];

it('documents every guarantee and every mutant that breaks it', () => {
  const documented = rows.map(([, number, name, mutants]) => [number, name, mutants?.split('; ')]);

  const expected = Object.entries(GUARANTEES).map(([number, name]) => {
    const own = MUTANTS.filter((mutant) => String(mutant.guarantee) === number);
    return [number, name, own.map((mutant) => mutant.name)];
  });
  expect(documented).toEqual(expected);
});
