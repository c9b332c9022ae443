import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { DOCUMENT, generatedFiles, ROOT } from '../../infra/openapi/generate.ts';
import { breakingChanges } from './breakingChanges.ts';

/**
 * The gate of what is generated, a part of `npm run check`: the document is valid by Redocly's
 * rules, it breaks no client of a committed version with the same version number, and every
 * committed file is what `npm run generate` would write.
 */

/** Committed versions of the document that are looked back at. */
const MAX_VERSIONS = 50;

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

async function staleFiles(): Promise<string[]> {
  const files = Object.entries(await generatedFiles()).map(async ([file, text]) => {
    const committed = await readFile(join(ROOT, file), 'utf8');
    return committed === text ? [] : [`${file} does not follow its sources: npm run generate`];
  });
  return (await Promise.all(files)).flat();
}

const document = await readFile(join(ROOT, DOCUMENT), 'utf8');
const faults = [
  ...(await staleFiles()),
  ...(await lintFaults(document)),
  ...(await breaksOf(document)),
];
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
