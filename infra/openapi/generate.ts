import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { format, resolveConfig } from 'prettier';
import { PROBLEMS } from '../../lib/http/problems.ts';
import { breakingChanges } from './breakingChanges.ts';
import { createDocument } from './document.ts';
import { problemsHtml } from './problemsHtml.ts';

/**
 * Writes what is made of the calls and the catalogue of problems, unless the document is not valid
 * by Redocly's rules, or breaks clients of a committed version with the same version number. With
 * `--check` it writes nothing, and what is committed must be what it would write.
 */
const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = 'docs/openapi.json';
/** Committed versions of the document that are looked back at. */
const MAX_VERSIONS = 50;

// The generator of types uses TypeScript 5's compiler API, which TypeScript 7 does not have.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'typescript' ? 'typescript-api' : specifier, context),
});

async function clientTypes(document: string): Promise<string> {
  const { default: openapiTypescript, astToString } = await import('openapi-typescript');
  const types = astToString(await openapiTypescript(document, { alphabetize: true }));
  return `// Made from ${DOCUMENT} by \`npm run generate\`.\n${types}`;
}

const problems = Object.entries(PROBLEMS)
  .map(([code, { status, title, advice }]) => ({ code, status, title, advice }))
  .sort((one, other) => (one.code < other.code ? -1 : 1));

function problemsTable(): string {
  const rows = problems.map(({ code, status, title, advice }) =>
    ['', `\`${code}\``, status, title, advice, ''].join('|'),
  );
  return ['|code|status|title|what to do|', '|-|-|-|-|', ...rows].join('\n');
}

const BETWEEN_MARKERS =
  /(?<=<!-- begin generated problems -->)[^]*(?=<!-- end generated problems -->)/;

/** A file with `text` between its markers. */
async function withProblems(file: string, text: string): Promise<string> {
  const [before, after] = (await readFile(join(ROOT, file), 'utf8')).split(BETWEEN_MARKERS);
  if (after === undefined) throw new Error(`${file} has no place for the problems.`);
  return `${before}\n${text}\n${after}`;
}

async function lintFaults(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const faults = await lintFromString({ source, absoluteRef: DOCUMENT, config });
  return faults.map(
    ({ severity, ruleId, message, location }) =>
      `${severity} ${ruleId}: ${message} at ${location[0]?.pointer ?? '#'}`,
  );
}

async function git(...args: string[]): Promise<string> {
  const options = { cwd: ROOT, maxBuffer: 2 ** 26 };
  return (await promisify(execFile)('git', args, options)).stdout;
}

/** Versions that promise the same to clients: before 1.0.0 the minor one tells, later the major. */
function promiseOf(document: string): string | undefined {
  const { version }: { version: string } = JSON.parse(document).info;
  return /^(0\.\d+|[1-9]\d*)\./.exec(version)?.[1];
}

async function breaksOf(document: string): Promise<string[]> {
  if (!existsSync(join(ROOT, '.git'))) {
    process.stderr.write('LEFT OUT: without git there is no earlier document to compare.\n');
    return [];
  }
  const options = [`--max-count=${MAX_VERSIONS}`, '--diff-filter=AM', '--format=%H'];
  const commits = (await git('log', ...options, '--', DOCUMENT)).trim().split('\n');
  const versions = await Promise.all(commits.map((commit) => git('show', `${commit}:${DOCUMENT}`)));
  const breaks = versions
    .filter((version) => promiseOf(version) === promiseOf(document))
    .flatMap((version) => breakingChanges(version, document));
  return [...new Set(breaks)].map((change) => `breaks clients of this version: ${change}`);
}

const document = JSON.stringify(createDocument());
const made = {
  [DOCUMENT]: document,
  'docs/problems.md': await withProblems('docs/problems.md', problemsTable()),
  'infra/pages/problems.html': await withProblems(
    'infra/pages/problems.html',
    problemsHtml(problems),
  ),
  'tests/openapi/apiTypes.ts': await clientTypes(document),
};
const faults = [...(await lintFaults(document)), ...(await breaksOf(document))];
const mayWrite = faults.length === 0 && !process.argv.includes('--check');
for (const [file, text] of Object.entries(made)) {
  const path = join(ROOT, file);
  const formatted = await format(text, { ...(await resolveConfig(path)), filepath: path });
  if (mayWrite) await writeFile(path, formatted);
  else if ((await readFile(path, 'utf8')) !== formatted) {
    faults.push(`${file} does not follow its sources: npm run generate`);
  }
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
