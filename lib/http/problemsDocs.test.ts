import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEM_ADVICE } from './problemAdvice.ts';
import { PROBLEMS } from './problems.ts';

it('documents every problem of the catalogue with its advice, and no other', () => {
  const page = readFileSync(join(__dirname, '../../docs/problems.md'), 'utf8');

  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\| ([^|]+?) +\| ([^|]+?) +\|$/gm)];

  const documented = rows.map(([, code, status, title, advice]) => [
    code,
    { status: Number(status), title, advice },
  ]);
  const catalogue = Object.entries(PROBLEM_ADVICE).map(([code, advice]) => [
    code,
    // The advice is total over the same codes.
    { ...PROBLEMS[code as keyof typeof PROBLEMS], advice },
  ]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(catalogue));
});
