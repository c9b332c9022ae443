import { expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');
const rows = [...page.matchAll(/^\| (API\d+|logs) +\| `([^`]+)`: (.+?) +\|$/gm)].map(
  ([, risk = '', file = '', title = '']) => ({ risk, file, title }),
);

it('has a test for each of the ten risks', () => {
  const ten = Array.from({ length: 10 }, (_, index) => `API${index + 1}`);

  expect([...new Set(rows.map(({ risk }) => risk))]).toEqual([...ten, 'logs']);
});

it('names only tests that are there, by their titles', () => {
  const missing = rows.filter(
    ({ file, title }) =>
      !existsSync(join(ROOT, file)) || !readFileSync(join(ROOT, file), 'utf8').includes(title),
  );

  expect(missing).toEqual([]);
});
