import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';
import * as z from 'zod';
import { createOpenapi } from '../../lib/http/openapi.ts';
import { breakingChanges } from './breakingChanges.ts';
import { generateClientTypes } from './generateClient.ts';
import { lintOpenapi } from './lint.ts';

/**
 * The gate of the API's document: valid by Redocly's rules, nothing that breaks a client of any
 * committed version with the same version number, and what is committed is what the schemas make.
 * With `--write` it writes the files that follow the schemas, unless something breaks clients.
 */
const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = 'docs/openapi.json';
const CLIENT_TYPES = 'tests/openapi/apiTypes.ts';
/** Committed versions of the document that are looked back at. */
const MAX_VERSIONS = 50;

const run = promisify(execFile);
const versioned = z.looseObject({ info: z.looseObject({ version: z.string() }) });
type Document = z.infer<typeof versioned>;

async function committedVersions(): Promise<Document[]> {
  if (!existsSync(join(ROOT, '.git'))) {
    const missing = 'without git there is no earlier document to compare';
    if (process.env['CI'] !== undefined) throw new Error(missing);
    process.stderr.write(`openapi: LEFT OUT: ${missing}.\n`);
    return [];
  }
  const git = async (...args: string[]) =>
    (await run('git', args, { cwd: ROOT, maxBuffer: 2 ** 26 })).stdout;
  const log = await git(
    'log',
    `--max-count=${MAX_VERSIONS}`,
    '--diff-filter=AM',
    '--format=%H',
    '--',
    DOCUMENT,
  );
  const commits = log.split('\n').filter((commit) => commit !== '');
  return Promise.all(
    commits.map(async (commit) =>
      versioned.parse(JSON.parse(await git('show', `${commit}:${DOCUMENT}`))),
    ),
  );
}

/** Versions that promise the same to clients: before 1.0.0 the minor one tells, later the major one. */
function promiseOf({ info }: Document): string {
  const [major, minor] = info.version.split('.');
  return major === '0' ? `0.${minor}` : String(major);
}

async function breaksOf(document: Document): Promise<string[]> {
  const earlier = (await committedVersions()).filter(
    (each) => promiseOf(each) === promiseOf(document),
  );
  const breaks = earlier.flatMap((each) => breakingChanges(each, document));
  return [...new Set(breaks)].map((each) => `breaks clients of ${document.info.version}: ${each}`);
}

async function formatted(file: string, text: string): Promise<string> {
  const options = await resolveConfig(join(ROOT, file));
  return format(text, { ...options, filepath: file });
}

async function staleFiles(files: Map<string, string>): Promise<string[]> {
  const stale = [...files].map(async ([file, text]) => {
    const committed = await readFile(join(ROOT, file), 'utf8').catch(() => undefined);
    return committed === text ? [] : [`${file} does not follow the schemas: npm run openapi`];
  });
  return (await Promise.all(stale)).flat();
}

const text = JSON.stringify(createOpenapi());
const document = versioned.parse(JSON.parse(text));
const types = `// Made from ${DOCUMENT} by \`npm run openapi\`.\n${await generateClientTypes(text)}`;
const files = new Map([
  [DOCUMENT, await formatted(DOCUMENT, text)],
  [CLIENT_TYPES, await formatted(CLIENT_TYPES, types)],
]);
const faults = [...(await lintOpenapi(text)), ...(await breaksOf(document))];
if (!process.argv.includes('--write')) faults.push(...(await staleFiles(files)));
else if (faults.length === 0) {
  for (const [file, content] of files) await writeFile(join(ROOT, file), content);
}
for (const fault of faults) process.stderr.write(`openapi: ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
