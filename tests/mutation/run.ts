import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type Counts, countsOf, report, scoresOf, survivorsOf } from './report.ts';

/**
 * Breaks `lib/bets` and `lib/dynamodb` in every way that Stryker knows, one at a time, and counts
 * how often a test notices. Fails when the score is below that of score.json, else updates it.
 *
 *     npm run mutate
 *     npm run mutate -- --mutate lib/bets/ids.ts
 *
 * With arguments, just Stryker with these: what is left out has no score.
 */
const ROOT = join(import.meta.dirname, '../..');
const OUTPUT = join(ROOT, '.cache/mutation');
const COMMITTED = join(import.meta.dirname, 'score.json');
const committedScore = z.object({ score: z.number() });

async function stryker(given: readonly string[]): Promise<number> {
  // A run that was killed leaves its copy of the project behind.
  await rm(join(ROOT, '.cache/stryker'), { recursive: true, force: true });
  const child = spawn('stryker', ['run', ...given], { cwd: ROOT, stdio: 'inherit' });
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      if (code !== 0) process.stderr.write(`Stryker ended with ${code ?? signal}\n`);
      resolve(code ?? 1);
    }),
  );
}

async function readCommitted(): Promise<number> {
  const text = await readFile(COMMITTED, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{ "score": 0 }';
    throw error;
  });
  return committedScore.parse(JSON.parse(text)).score;
}

async function record(found: object): Promise<void> {
  await writeFile(COMMITTED, `${JSON.stringify(found, null, 2)}\n`);
}

/** Writes what the run found, and returns the exit code. */
async function judge(): Promise<number> {
  const { files } = report.parse(JSON.parse(await readFile(join(OUTPUT, 'report.json'), 'utf8')));
  const survivors = survivorsOf(files);
  await writeFile(join(OUTPUT, 'survivors.txt'), survivors.map((line) => `${line}\n`).join(''));
  const perFile: Record<string, Counts> = {};
  for (const path of Object.keys(files).toSorted()) {
    perFile[path] = countsOf(files[path]?.mutants ?? []);
  }
  const total = countsOf(Object.values(files).flatMap(({ mutants }) => mutants));
  const { sure, possible } = scoresOf(total);
  const before = await readCommitted();
  process.stdout.write(
    `Mutation score ${sure}, or ${possible} with ${total.slow} slow mutants (was ${before})\n` +
      'The survivors: .cache/mutation/survivors.txt\n',
  );
  if (possible < before) return 1;
  if (sure >= before) await record({ score: sure, total, files: perFile });
  return 0;
}

const given = process.argv.slice(2);
const failed = await stryker(given);
process.exitCode = failed !== 0 || given.length > 0 ? failed : await judge();
