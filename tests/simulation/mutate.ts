import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type Mutant, MUTANTS, textOf } from './mutants.ts';
import { SUBTLE_MUTANTS } from './subtleMutants.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Within the checkout, so that the copies find its packages. */
const COPIES = join(ROOT, '.cache/mutants');
/** What the schedules and the unit tests of `lib` and `functions` read. */
const COPIED = ['lib', 'functions', 'infra', 'tests', 'docs', 'package.json', 'jest.config.mjs'];
const AT_ONCE = 2;
/** Of the subtle ones: unit tests mock the store, and so say what the code says. */
const SHARE_OF_SCHEDULES = 0.85;

type Suite = 'schedules' | 'unit tests';

/**
 * Breaks the protocol on purpose, one mutant at a time, and shows that the simulation notices, with
 * the guarantee that the mutant breaks among those that it reports. Of the subtle mutants schedules
 * must notice most, with any guarantee, and the unit tests all others. False when that is not so.
 */
export async function judgeMutants(
  only: string,
  schedules: number,
  subtle: boolean,
): Promise<boolean> {
  await rm(COPIES, { recursive: true, force: true });
  // Tests that fail without a mutant would catch every one.
  const sound = !subtle || (await unitTestsPassUnbroken());
  const all = subtle ? SUBTLE_MUTANTS : MUTANTS;
  const chosen = all.filter((mutant) => mutant.name.includes(only));
  const verdicts = await pLimit(AT_ONCE).map(chosen, (mutant, index) =>
    judge(mutant, join(COPIES, String(index)), schedules, subtle),
  );
  await rm(COPIES, { recursive: true, force: true });
  const bySchedules = verdicts.filter((suite) => suite === 'schedules').length;
  const caught = verdicts.filter((suite) => suite !== undefined).length;
  const how = `${bySchedules} of them by ${schedules} schedules or fewer`;
  process.stdout.write(`${caught} of ${chosen.length} mutants caught, ${how}\n`);
  const enough = bySchedules >= chosen.length * (subtle ? SHARE_OF_SCHEDULES : 1);
  return sound && enough && caught === chosen.length;
}

/** What notices the mutant in a copy of the source, if anything does. */
async function judge(
  mutant: Mutant,
  copy: string,
  schedules: number,
  subtle: boolean,
): Promise<Suite | undefined> {
  const { name, guarantee, file, replace } = mutant;
  await copyTo(copy);
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  await writeFile(
    path,
    source.replace(textOf(mutant), () => replace),
  );
  const output = await simulate(copy, subtle ? '' : String(guarantee), schedules);
  if (!/ breaks guarantee |: no violation /.test(output)) throw new Error(`Did not run: ${name}`);
  const lines = [...output.matchAll(/^seed (\d+) breaks guarantee (\d+) /gm)];
  const broken = [...new Set(lines.map(([, , number]) => Number(number)))];
  const noticed = subtle ? broken.length > 0 : broken.includes(guarantee);
  const failed = noticed || !subtle ? undefined : await failingUnitTest(copy);
  const found = failed === undefined ? '' : `; unit test "${failed}"`;
  process.stdout.write(
    `${noticed || failed !== undefined ? 'caught' : 'LIVES '} ${name} (guarantee ${guarantee}; ` +
      `broken: ${broken.join(', ') || 'none'}; first seed ${lines[0]?.[1] ?? 'none'}${found})\n`,
  );
  if (noticed) return 'schedules';
  return failed === undefined ? undefined : 'unit tests';
}

async function copyTo(copy: string): Promise<void> {
  await mkdir(copy, { recursive: true });
  for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true });
  // Jest's configuration names a package by its place.
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
}

async function unitTestsPassUnbroken(): Promise<boolean> {
  const copy = join(COPIES, 'unbroken');
  await copyTo(copy);
  const failed = await failingUnitTest(copy);
  const verdict = failed === undefined ? 'pass' : `FAIL, with "${failed}"`;
  process.stdout.write(`Without a mutant the unit tests ${verdict}\n`);
  return failed === undefined;
}

/** The first test that fails in a copy. */
async function failingUnitTest(copy: string): Promise<string | undefined> {
  const inCopy = ['--rootDir', copy, '--config', join(copy, 'jest.config.mjs')];
  // The configuration ignores what lies in .cache, as the copies do.
  const given = [...inCopy, '--testPathIgnorePatterns', '/node_modules/', '--bail'];
  const { code, output } = await run('jest', [...given, '/(functions|lib)/']);
  if (code === 0) return undefined;
  const name = /^ +● (.+)$/m.exec(output)?.[1];
  if (name === undefined) throw new Error(`Jest did not run: ${output}`);
  return name;
}

/** Stops at the first schedule that breaks the guarantee, or any. */
async function simulate(copy: string, guarantee: string, schedules: number): Promise<string> {
  const program = join(copy, 'tests/simulation/run.ts');
  const options = [`--schedules=${schedules}`, `--until=${guarantee}`, '--workers=1'];
  return (await run(process.execPath, [program, ...options])).output;
}

function run(program: string, given: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) =>
    child.once('close', (code) => resolve({ code: code ?? 1, output })),
  );
}
