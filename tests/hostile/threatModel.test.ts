import { expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\w[\w ]+?) +\| `([^`]+)`: (.+?) +\|$/gm)].map(
  ([, risk = '', file = '', title = '']) => ({ risk, file, title }),
);

it('has a test for each of the ten risks and for each section beyond them', () => {
  const ten = Array.from({ length: 10 }, (_, index) => `API${index + 1}`);

  const sections = [...page.matchAll(/^### (.+)$/gm)].map(([, title]) => title);

  expect(sections).not.toEqual([]);
  expect([...new Set(rows.map(({ risk }) => risk))]).toEqual([...ten, ...sections]);
});

it('names only tests that are there, by their titles', () => {
  const missing = rows.filter(({ file, title }) => {
    const text = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '';
    const calls = text.replaceAll(/\(\s+/g, '(');
    return !["'", '"', '`'].some((quote) => calls.includes(`(${quote}${title}${quote}`));
  });

  expect(missing).toEqual([]);
});
