import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type Mutant, MUTANTS, textOf } from './mutants.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Within the checkout, so that the copies find its packages. */
const COPIES = join(ROOT, '.cache/mutants');
const AT_ONCE = 2;

/**
 * Breaks the protocol on purpose, one mutant at a time, and shows that the simulation notices: with
 * the guarantee that the mutant breaks among those that it reports. False when one is not noticed.
 */
export async function judgeMutants(only: string, schedules: number): Promise<boolean> {
  await rm(COPIES, { recursive: true, force: true });
  const chosen = MUTANTS.filter((mutant) => mutant.name.includes(only));
  const verdicts = await pLimit(AT_ONCE).map(chosen, (mutant, index) =>
    judge(mutant, join(COPIES, String(index)), schedules),
  );
  await rm(COPIES, { recursive: true, force: true });
  const caught = verdicts.filter(Boolean).length;
  process.stdout.write(`${caught} of ${chosen.length} mutants caught\n`);
  return caught === chosen.length;
}

/** Whether schedules on a mutated copy of the source break the mutant's own guarantee. */
async function judge(mutant: Mutant, copy: string, schedules: number): Promise<boolean> {
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
  const output = await simulate(copy, guarantee, schedules);
  if (!/ breaks guarantee |: no violation /.test(output)) throw new Error(`Did not run: ${name}`);
  const lines = [...output.matchAll(/^seed (\d+) breaks guarantee (\d+) /gm)];
  const broken = [...new Set(lines.map(([, , number]) => Number(number)))];
  const caught = broken.includes(guarantee);
  process.stdout.write(
    `${caught ? 'caught' : 'LIVES '} ${name} (guarantee ${guarantee}; ` +
      `broken: ${broken.join(', ') || 'none'}; first seed ${lines[0]?.[1] ?? 'none'})\n`,
  );
  return caught;
}

/** Stops at the first schedule that breaks the mutant's own guarantee. */
function simulate(copy: string, guarantee: number, schedules: number): Promise<string> {
  const run = join(copy, 'tests/simulation/run.ts');
  const options = [`--schedules=${schedules}`, `--until=${guarantee}`, '--workers=1'];
  const child = spawn(process.execPath, [run, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => child.once('exit', () => resolve(output)));
}
