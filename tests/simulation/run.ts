import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { GUARANTEES } from './guarantees.ts';
import { runSchedule } from './schedule.ts';

/**
 * Runs schedules and reports every one that breaks a guarantee.
 *
 *     npm run simulate -- --schedules 10000 --seed 1     that many, from this seed on
 *     npm run simulate -- --seed 42 --trace              one seed again, step by step
 */
const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    /** Ends when this guarantee falls, whichever others fell before. */
    until: { type: 'string', default: '' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});
const first = Number(values.seed);
const count = values.trace ? 1 : Number(values.schedules);
const workers = values.trace ? 1 : Math.min(count, Number(values.workers));
const write = (line: string): void => void process.stdout.write(`${line}\n`);

/** The commands that the schedules sent, or undefined when one broke a guarantee. */
async function runHere(): Promise<number | undefined> {
  let commands = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const result = await runSchedule(seed, values.trace ? write : undefined);
    commands += result.commands;
    if (values.trace) write(`digest ${result.digest}`);
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
async function runInWorkers(): Promise<boolean> {
  const share = Math.ceil(count / workers);
  const codes = Array.from({ length: workers }, (_, worker) => {
    const from = first + worker * share;
    const schedules = Math.max(0, Math.min(share, first + count - from));
    const given = [
      '--until',
      values.until,
      '--workers',
      '1',
      '--seed',
      String(from),
      '--schedules',
      String(schedules),
    ];
    const child = spawn(process.execPath, [import.meta.filename, ...given], { stdio: 'inherit' });
    return new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    });
  });
  return (await Promise.all(codes)).every((code) => code === 0);
}

const begun = performance.now();
const rate = (): string => (count / ((performance.now() - begun) / 1_000)).toFixed(0);
if (workers > 1) {
  const passed = await runInWorkers();
  write(passed ? `${count} schedules: no violation (${rate()} a second)` : 'A guarantee is broken');
  process.exitCode = passed ? 0 : 1;
} else {
  const commands = await runHere();
  if (commands !== undefined) {
    const what = `${count} schedules from seed ${first}, ${commands} commands`;
    write(`${what}: no violation (${rate()} a second)`);
  }
  process.exitCode = commands === undefined ? 1 : 0;
}
