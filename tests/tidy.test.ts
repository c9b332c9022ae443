import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-api';

/** The rules of the house that no linter has. */
const ROOT = join(import.meta.dirname, '..');
const MAX_COLUMNS = 100;
const MAX_ASSERTIONS = 15;
const WRITTEN = [
  '{functions,lib,infra,tests,bench,examples}/**/*.{ts,js,mjs,cjs,css,html}',
  '*.{ts,mjs,yml}',
  '.ci/*',
];
const SOURCE = '{functions,lib,infra}/**/*.ts';
const GENERATED = new Set(['tests/openapi/apiTypes.ts', 'infra/pages/reference.html']);

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const find = (pattern: string): string[] => globSync(pattern, { cwd: ROOT });

describe('the code', () => {
  it('has no line over 100 columns', () => {
    const files = WRITTEN.flatMap(find).filter((file) => !GENERATED.has(file));
    const wide = files.flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) => (line.length > MAX_COLUMNS ? [`${file}:${index + 1}`] : [])),
    );

    expect(wide).toEqual([]);
  });

  it('says on the line of each type assertion why it holds, and has few of them', () => {
    const lines = find(SOURCE)
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap(assertionLines);

    expect(lines.filter((line) => !line.includes(' // '))).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(MAX_ASSERTIONS);
  });
});

/** The lines of a file with `value as Type`. */
function assertionLines(file: string): string[] {
  const text = read(file);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lines = text.split('\n');
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isAsExpression(node) && node.type.getText() !== 'const') {
      const { line } = source.getLineAndCharacterOfPosition(node.type.getStart());
      found.push(`${file}:${line + 1} ${lines[line] ?? ''}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
