import { parseArgs } from 'node:util';
import { GUARANTEES } from './guarantees.ts';
import { runSchedule } from './schedule.ts';

/**
 * Runs schedules and reports the first that breaks a guarantee.
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
  },
});
const first = Number(values.seed);
const count = values.trace ? 1 : Number(values.schedules);
const write = (line: string): void => void process.stdout.write(`${line}\n`);

const begun = performance.now();
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
  if (values.until === '' || fallen.includes(values.until)) process.exit(1);
}
const seconds = (performance.now() - begun) / 1_000;
write(
  `${count} schedules from seed ${first}, ${commands} commands: no violation (${(count / seconds).toFixed(0)} a second)`,
);
