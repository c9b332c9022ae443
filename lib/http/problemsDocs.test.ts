import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS } from './problems.ts';

it('documents every problem of the catalogue and no other', () => {
  const page = readFileSync(join(__dirname, '../../docs/problems.md'), 'utf8');

  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\| ([^|]+?) +\| [^|]+ \|$/gm)];

  const documented = rows.map(([, code, status, title]) => [
    code,
    { status: Number(status), title },
  ]);
  expect(Object.fromEntries(documented)).toEqual(PROBLEMS);
});
