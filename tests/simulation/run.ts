import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { GUARANTEES } from './promises.ts';
import { runSchedule } from './schedule.ts';

/**
 * Runs schedules and reports every one that breaks a guarantee; or looks whether the simulation
 * itself is sound.
 *
 *     npm run simulate -- --schedules 10000 --seed 1     that many, from this seed on
 *     npm run simulate -- --seed 42 --trace              one seed again, step by step
 *     npm run simulate -- mutants --only 'a key'         breaks the protocol, and must be noticed
 *     npm run simulate -- model --only 'late bets'       all orders of steps in a small world
 *     npm run simulate -- mutants --subtle               those that are hard to notice
 *     npm run simulate -- compare --operations 20000     against DynamoDB Local
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    schedules: { type: 'string' },
    seed: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    /** Ends when this guarantee falls, whichever others fell before. */
    until: { type: 'string', default: '' },
    workers: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: '' },
    subtle: { type: 'boolean', default: false },
    operations: { type: 'string', default: '20000' },
  },
});
const first = integer(values.seed);
// Errors are thrown all the time, and nobody looks where; a trace shows it.
if (!values.trace) Error.stackTraceLimit = 0;
const trace = values.trace ? (line: string) => write(line) : undefined;

function integer(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`Not a number: ${text}`);
  return Number(text);
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The commands that the schedules sent, or undefined when one broke a guarantee. */
async function runHere(count: number): Promise<number | undefined> {
  let commands = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const result = await runSchedule(seed, trace);
    commands += result.commands;
    trace?.(`digest ${result.digest}`);
    if (result.violations.length === 0) continue;
    for (const { guarantee, detail } of result.violations) {
      write(`seed ${seed} breaks guarantee ${guarantee} (${GUARANTEES[guarantee]}): ${detail}`);
    }
    write(`Again, step by step: npm run simulate -- --seed ${seed} --trace`);
    const fallen = result.violations.map(({ guarantee }) => String(guarantee));
    if (values.until === '' || fallen.includes(values.until)) return undefined;
  }
  return commands;
}

/** The same by a process a core, each with seeds of its own. False when one of them failed. */
async function runInWorkers(count: number, workers: number): Promise<boolean> {
  const share = Math.ceil(count / workers);
  const codes = Array.from({ length: workers }, (_, worker) => {
    const from = first + worker * share;
    const own = { seed: from, schedules: Math.max(0, Math.min(share, first + count - from)) };
    const given = Object.entries({ ...own, until: values.until, workers: 1 });
    const options = given.map(([name, value]) => `--${name}=${value}`);
    const child = spawn(process.execPath, [import.meta.filename, ...options], { stdio: 'inherit' });
    return new Promise<number | null>((resolve) => {
      child.once('exit', (code, signal) => {
        // Nothing is broken then, but nothing is shown either.
        if (signal !== null) write(`The worker from seed ${from} was ended by ${signal}`);
        resolve(code);
      });
    });
  });
  return (await Promise.all(codes)).every((code) => code === 0);
}

async function runSchedules(): Promise<boolean> {
  const count = values.trace ? 1 : integer(values.schedules ?? '1000');
  const workers = values.trace ? 1 : Math.min(count, integer(values.workers));
  const begun = performance.now();
  const rate = (): string => (count / ((performance.now() - begun) / 1_000)).toFixed(0);
  if (workers > 1) {
    const passed = await runInWorkers(count, workers);
    const summary = `${count} schedules: no violation (${rate()} a second)`;
    write(passed ? summary : 'Not all schedules passed');
    return passed;
  }
  const commands = await runHere(count);
  if (commands === undefined) return false;
  const what = `${count} schedules from seed ${first}, ${commands} commands`;
  write(`${what}: no violation (${rate()} a second)`);
  return true;
}

/** Schedules load nothing that only the others need: a process runs them for each mutant. */
async function runCommand(command = 'schedules'): Promise<boolean> {
  switch (command) {
    case 'schedules':
      return runSchedules();
    case 'mutants': {
      const { judgeMutants } = await import('./mutate.ts');
      const schedules = values.subtle ? '2000' : '3000';
      return judgeMutants(values.only, integer(values.schedules ?? schedules), values.subtle);
    }
    case 'model': {
      const { exploreModel } = await import('../model/run.ts');
      return exploreModel(values.only, integer(values.workers));
    }
    case 'compare': {
      const { compareClouds } = await import('./compare.ts');
      await compareClouds(integer(values.operations), first);
      return true;
    }
    default:
      throw new Error(`There is no ${command}: schedules, mutants, model or compare`);
  }
}

process.exitCode = (await runCommand(positionals[0])) ? 0 : 1;
