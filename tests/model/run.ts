import { spawn } from 'node:child_process';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { GUARANTEES } from '../simulation/promises.ts';
import { explore } from './explore.ts';
import { broken, MUTANTS } from './mutants.ts';
import * as protocol from './protocol.ts';
import { LARGE, SMALL } from './scopes.ts';

const COMMAND = join(import.meta.dirname, '../simulation/run.ts');

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Explores the large scopes, a process each, and all mutants. False when one of them fails. */
export async function exploreModel(only: string, workers: number): Promise<boolean> {
  const names = Object.keys(LARGE).filter((name) => name.includes(only));
  if (names.length === 1 && names[0] !== undefined) return exploreScope(names[0]);
  const noticed = names.length === 0 || only === '' ? judgeMutants(only) : true;
  // The last is the largest, and begins first.
  const passed = await pLimit(workers).map(names.toReversed(), exploreApart);
  return noticed && passed.every(Boolean);
}

function exploreApart(name: string): Promise<boolean> {
  const options = { stdio: 'inherit' } as const;
  const child = spawn(process.execPath, [COMMAND, 'model', '--only', name], options);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code === 0)));
}

function exploreScope(name: string): boolean {
  const scope = LARGE[name];
  if (scope === undefined) throw new Error(`There is no scope ${name}`);
  const { violation, states, depth, seconds } = explore(protocol, scope);
  const size = `${states} states, ${depth} steps deep, ${seconds.toFixed(0)} s`;
  if (violation === undefined) {
    write(`${name}: no violation (${size})`);
    return true;
  }
  const { guarantee, detail, trace } = violation;
  write(`${name} breaks guarantee ${guarantee} (${GUARANTEES[guarantee]}): ${detail}`);
  for (const [index, step] of trace.entries()) write(`  ${index + 1}. ${step}`);
  return false;
}

function judgeMutants(only: string): boolean {
  const chosen = MUTANTS.filter(({ name }) => name.includes(only));
  const verdicts = chosen.map((mutant) => {
    const { name, guarantee, scope } = mutant;
    const { violation, states } = explore(broken(mutant), SMALL[scope], { until: guarantee });
    const steps = violation?.trace.length ?? 0;
    const caught = violation === undefined ? 'LIVES ' : 'caught';
    write(`${caught} ${name} (guarantee ${guarantee}; ${steps} steps, ${states} states)`);
    return violation !== undefined;
  });
  write(`${verdicts.filter(Boolean).length} of ${chosen.length} mutants caught`);
  return verdicts.every(Boolean);
}
