import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { times } from '../contract/parts.ts';
import { MUTANTS, type Mutant } from './mutants.ts';

/**
 * Breaks the protocol on purpose, one mutant at a time, and shows that the simulation notices: with
 * the guarantee that the mutant breaks among those that it reports.
 *
 *     npm run simulate:mutants -- --schedules 3000
 */
const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '3000' },
    only: { type: 'string', default: '' },
  },
});
const ROOT = join(import.meta.dirname, '../..');
/** Within the checkout, so that the copies find its packages. */
const COPIES = join(ROOT, '.cache/mutants');
const AT_ONCE = 2;

interface Verdict {
  mutant: Mutant;
  /** The guarantees that fell; none when the mutant lived. */
  broken: number[];
  seed: number | undefined;
}

async function judge(mutant: Mutant, number: number): Promise<Verdict> {
  const copy = join(COPIES, String(number));
  for (const folder of ['functions', 'lib', 'infra', 'tests']) {
    await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
  }
  const path = join(copy, mutant.file);
  const source = await readFile(path, 'utf8');
  if (source.split(mutant.find).length !== 2) {
    throw new Error(`The text to break is not there once: ${mutant.name}`);
  }
  await writeFile(
    path,
    source.replace(mutant.find, () => mutant.replace),
  );
  const output = await simulate(copy, mutant.guarantee);
  const lines = [...output.matchAll(/^seed (\d+) breaks guarantee (\d+) /gm)];
  return {
    mutant,
    broken: [...new Set(lines.map(([, , guarantee]) => Number(guarantee)))],
    seed: lines[0] === undefined ? undefined : Number(lines[0][1]),
  };
}

/** Stops at the first schedule that breaks the mutant's own guarantee. */
function simulate(copy: string, guarantee: number): Promise<string> {
  const child = spawn(
    process.execPath,
    [
      join(copy, 'tests/simulation/run.ts'),
      '--schedules',
      values.schedules,
      '--until',
      String(guarantee),
      '--workers',
      '1',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LOG_LEVEL: 'SILENT' } },
  );
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => child.once('exit', () => resolve(output)));
}

await rm(COPIES, { recursive: true, force: true });
await mkdir(COPIES, { recursive: true });
const chosen = MUTANTS.filter((mutant) => mutant.name.includes(values.only));
const verdicts = await times(chosen.length, AT_ONCE, async (index) => {
  const mutant = chosen[index];
  if (mutant === undefined) throw new Error('No such mutant');
  const verdict = await judge(mutant, index);
  const caught = verdict.broken.includes(mutant.guarantee);
  process.stdout.write(
    `${caught ? 'caught' : 'LIVES '} ${mutant.name} (guarantee ${mutant.guarantee}; ` +
      `broken: ${verdict.broken.join(', ') || 'none'}; first seed ${String(verdict.seed)})\n`,
  );
  return caught;
});
await rm(COPIES, { recursive: true, force: true });
const caught = verdicts.filter(Boolean).length;
process.stdout.write(`${caught} of ${chosen.length} mutants caught\n`);
process.exitCode = caught === chosen.length ? 0 : 1;
