import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import {
  countsByFile,
  type CountsByFile,
  countsOfFile,
  report,
  scoresByFolder,
  survivorsOf,
} from './report.ts';

/**
 * Breaks `lib` in every way that Stryker knows, one at a time, and counts how often a test notices.
 * Fails when the score of what was measured, or of a folder of it, is more than a point below what
 * score.json has of the same files. A score that did not fall is written there, and one that is
 * meant to fall by hand.
 *
 *     npm run mutate                          all of lib
 *     npm run mutate -- lib/bets/ids.ts ...   these files
 *     npm run mutate -- core                  what CI measures, and does not write down
 */
const ROOT = join(import.meta.dirname, '../..');
const OUTPUT = join(ROOT, '.cache/mutation');
const COMMITTED = join(import.meta.dirname, 'score.json');

/**
 * How far a score may fall, in points. Code that was changed brings breaks that no test could
 * notice: it must not fail for them. A weaker test lets through more.
 */
const MARGIN = 1;

/**
 * CI has no time for all of `lib`: it measures the steps of the protocol, in about eight minutes on
 * two cores. These are the same files each time, whatever was changed. So each run takes as long as
 * the one before, and notices a test that became weaker as well as code that lacks one.
 */
const CORE = [
  'lib/bets/placeBet.ts',
  'lib/bets/settleEvent.ts',
  'lib/bets/resumeSettlements.ts',
  'lib/bets/knownEvents.ts',
  'lib/dynamodb/fences.ts',
  'lib/dynamodb/groupCommit.ts',
  'lib/dynamodb/insertion.ts',
];

const committed = z.object({ files: z.record(z.string(), countsOfFile) });

async function stryker(files: readonly string[]): Promise<number> {
  // A run that was killed leaves its copy of the project behind.
  await rm(join(ROOT, '.cache/stryker'), { recursive: true, force: true });
  const only = files.length > 0 ? ['--mutate', files.join(',')] : [];
  const child = spawn('stryker', ['run', ...only], { cwd: ROOT, stdio: 'inherit' });
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      if (code !== 0) process.stderr.write(`Stryker ended with ${code ?? signal}\n`);
      resolve(code ?? 1);
    }),
  );
}

async function readCommitted(): Promise<CountsByFile> {
  const text = await readFile(COMMITTED, 'utf8');
  return committed.parse(JSON.parse(text)).files;
}

async function record(files: CountsByFile): Promise<void> {
  const inOrder = Object.fromEntries(
    Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  const scores = Object.fromEntries(
    [...scoresByFolder(inOrder)].map(([name, { sure }]) => [name, sure]),
  );
  await writeFile(COMMITTED, `${JSON.stringify({ scores, files: inOrder }, null, 2)}\n`);
}

/** Compares what was measured with what is written down, and writes it down unless it is worse. */
async function judge(what: 'all' | 'core' | 'files'): Promise<boolean> {
  const { files } = report.parse(JSON.parse(await readFile(join(OUTPUT, 'report.json'), 'utf8')));
  const survivors = survivorsOf(files);
  await writeFile(join(OUTPUT, 'survivors.txt'), survivors.map((line) => `${line}\n`).join(''));
  const measured = countsByFile(files);
  const known = await readCommitted();
  const same = Object.fromEntries(Object.entries(known).filter(([file]) => file in measured));
  const [now, before] = [scoresByFolder(measured), scoresByFolder(same)];
  let [fell, rose] = [false, true];
  for (const [folder, { sure, possible }] of now) {
    const least = before.get(folder)?.sure ?? 0;
    process.stdout.write(`${folder}: ${sure}, or ${possible} with slow mutants (was ${least})\n`);
    fell ||= possible < least - MARGIN;
    rose &&= sure >= least;
  }
  process.stdout.write('The survivors: .cache/mutation/survivors.txt\n');
  // A file that was moved would be passed over for ever.
  const missing = CORE.filter((file) => what === 'core' && !(file in same));
  for (const file of missing) process.stderr.write(`${file} is not measured, or has no score\n`);
  if (rose && what !== 'core') await record(what === 'all' ? measured : { ...known, ...measured });
  return !fell && missing.length === 0;
}

const given = process.argv.slice(2);
const isCore = given[0] === 'core';
const failed = await stryker(isCore ? CORE : given);
const kind = isCore ? 'core' : given.length > 0 ? 'files' : 'all';
process.exitCode = failed === 0 && (await judge(kind)) ? 0 : 1;
