import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type Mutant, MUTANTS, textOf } from './mutants.ts';
import { SUBTLE_MUTANTS } from './subtleMutants.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Within the checkout, so that the copies find its packages. */
const COPIES = join(ROOT, '.cache/mutants');
const AT_ONCE = 2;

/**
 * Breaks the protocol on purpose, one mutant at a time, and shows that the simulation notices: with
 * the guarantee that the mutant breaks among those that it reports, or with any that a subtle one
 * breaks. False when one is not noticed that should be.
 */
export async function judgeMutants(
  only: string,
  schedules: number,
  subtle: boolean,
): Promise<boolean> {
  await rm(COPIES, { recursive: true, force: true });
  const all = subtle ? SUBTLE_MUTANTS : MUTANTS;
  const chosen = all.filter((mutant) => mutant.name.includes(only));
  const verdicts = await pLimit(AT_ONCE).map(chosen, (mutant, index) =>
    judge(mutant, join(COPIES, String(index)), schedules, subtle),
  );
  await rm(COPIES, { recursive: true, force: true });
  const caught = verdicts.filter(Boolean).length;
  process.stdout.write(`${caught} of ${chosen.length} mutants caught\n`);
  return chosen.every(({ noticedBy }, index) => verdicts[index] || noticedBy !== undefined);
}

/** Whether schedules on a mutated copy of the source break the mutant's own guarantee, or any. */
async function judge(
  mutant: Mutant,
  copy: string,
  schedules: number,
  any: boolean,
): Promise<boolean> {
  const { name, guarantee, file, replace } = mutant;
  await mkdir(copy, { recursive: true });
  for (const folder of ['lib', 'infra', 'tests']) {
    await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
  }
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  await writeFile(
    path,
    source.replace(textOf(mutant), () => replace),
  );
  const output = await simulate(copy, any ? '' : String(guarantee), schedules);
  if (!/ breaks guarantee |: no violation /.test(output)) throw new Error(`Did not run: ${name}`);
  const lines = [...output.matchAll(/^seed (\d+) breaks guarantee (\d+) /gm)];
  const broken = [...new Set(lines.map(([, , number]) => Number(number)))];
  const caught = any ? broken.length > 0 : broken.includes(guarantee);
  process.stdout.write(
    `${caught ? 'caught' : 'LIVES '} ${name} (guarantee ${guarantee}; ` +
      `broken: ${broken.join(', ') || 'none'}; first seed ${lines[0]?.[1] ?? 'none'})\n`,
  );
  return caught;
}

/** Stops at the first schedule that breaks the guarantee, or any. */
function simulate(copy: string, guarantee: string, schedules: number): Promise<string> {
  const run = join(copy, 'tests/simulation/run.ts');
  const options = [`--schedules=${schedules}`, `--until=${guarantee}`, '--workers=1'];
  const child = spawn(process.execPath, [run, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => child.once('exit', () => resolve(output)));
}
