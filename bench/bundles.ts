import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Bundle, findBundles } from '../tests/deploy/bundles.ts';
import { packageService, unpackFunctions } from '../tests/deploy/packaged.ts';
import { ratioOf, type Row, row, spreadOf } from './measure.ts';

const run = promisify(execFile);
/** Loads of each bundle in a round, each in a process of its own. */
const LOADS = 9;

/** CPU time to load each packaged function, against one with just the DynamoDB document client. */
export async function bundleCases(rounds: number): Promise<Row[]> {
  const { directory, template, remove } = await packageService();
  const unpacked = await mkdtemp(join(tmpdir(), 'bet-maker-functions-'));
  try {
    const bundles = await findBundles(unpackFunctions(template, directory, unpacked), directory);
    return rowsOf(bundles, await loadInTurn(bundles, rounds));
  } finally {
    await rm(unpacked, { recursive: true });
    await remove();
  }
}

function rowsOf(bundles: readonly Bundle[], loads: readonly number[][]): Row[] {
  const [bare = [], ...ours] = loads;
  const bareText = milliseconds(bare);
  return ours.map((times, index) => {
    const name = bundles[index + 1]?.name ?? '';
    return row(`load: ${name}`, milliseconds(times), bareText, ratioOf(times, bare), '<=1.3');
  });
}

function milliseconds(times: readonly number[]): string {
  return `${spreadOf(times).median.toFixed(0)} ms`;
}

/** For each bundle the milliseconds of each round: in turn, so that drift slows all alike. */
async function loadInTurn(bundles: readonly Bundle[], rounds: number): Promise<number[][]> {
  const quick = bundles.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    const loads = bundles.map((): number[] => []);
    for (let turn = 0; turn < LOADS; turn += 1) {
      for (const [index, bundle] of bundles.entries()) loads[index]?.push(await load(bundle));
    }
    for (const [index, times] of loads.entries()) quick[index]?.push(lowerQuartile(times));
  }
  return quick;
}

async function load({ file, directory: cwd }: Bundle): Promise<number> {
  const script =
    'const begun = process.cpuUsage(); require(process.argv[1]); ' +
    'const { user, system } = process.cpuUsage(begun); ' +
    'process.stdout.write(String((user + system) / 1000));';
  const { stdout } = await run(process.execPath, ['-e', script, file], { cwd, env: {} });
  return Number(stdout);
}

/** What else the machine does only adds to a load, so the quick ones tell most about the bundle. */
function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 2] ?? Number.NaN;
}
