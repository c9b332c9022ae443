import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

/** What a script says on a machine that lacks something, and that signals reach the service. */
const ROOT = join(import.meta.dirname, '../..');
const GUARD = 'infra/local/machine.cjs';
const OLD_NODE =
  'bet-maker needs Node 24 or newer, and this is Node 20.20.2.\n' +
  'Run "npm ci" without --ignore-scripts, --omit=dev and NODE_ENV=production: then it installs\n' +
  'Node 24 for this folder. On Alpine (musl) it cannot: install Node 24 there.\n';
const NO_PACKAGES = 'The packages are not installed. Run "npm ci" first.\n';
const NO_DEVELOPMENT_PACKAGES =
  'The development packages are not installed, and this script needs them.\n' +
  'Run "npm ci" without --omit=dev and NODE_ENV=production.\n';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bet-maker-machine-'));
  await mkdir(join(folder, 'infra/local'), { recursive: true });
  await cp(join(ROOT, GUARD), join(folder, GUARD));
  await writeFile(
    join(folder, 'old.cjs'),
    'Object.defineProperty(process, "versions", { value: { node: "20.20.2" } });',
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** How Node ends that runs in the folder: its exit code and what it says. */
function endOf(...given: string[]): Promise<unknown> {
  return new Promise((resolve) => {
    execFile(process.execPath, given, { cwd: folder }, (error, stdout, stderr) =>
      resolve([error?.code ?? 0, stdout + stderr]),
    );
  });
}

async function install(name: string): Promise<void> {
  await mkdir(join(folder, 'node_modules', name), { recursive: true });
  await writeFile(join(folder, 'node_modules', name, 'package.json'), '{}');
}

describe('a machine that lacks something', () => {
  it('is told of an old Node before the program is loaded', async () => {
    const said = await endOf('--require', './old.cjs', '--require', `./${GUARD}`, 'none.ts');

    expect(said).toEqual([1, OLD_NODE]);
  });

  it('is told of missing packages, and of those that only developers need', async () => {
    const program = join(folder, 'tests/program.cjs');
    await mkdir(join(folder, 'tests'));
    await writeFile(program, '');
    const run = (...more: string[]) => endOf('--require', `./${GUARD}`, ...more);

    const bare = await run('infra/local/machine.cjs');
    await install('express');
    const forUsers = await run('old.cjs');
    const forDevelopers = [await run(program), await endOf(GUARD)];
    await install('jest');
    const whole = [await run(program), await endOf(GUARD)];

    expect(bare).toEqual([1, NO_PACKAGES]);
    expect(forUsers).toEqual([0, '']);
    expect(forDevelopers).toEqual([
      [1, NO_DEVELOPMENT_PACKAGES],
      [1, NO_DEVELOPMENT_PACKAGES],
    ]);
    expect(whole).toEqual([
      [0, ''],
      [0, ''],
    ]);
  });
});

describe('package.json', () => {
  it('looks at the machine first in each script that needs Node 24', async () => {
    const text = await readFile(join(ROOT, 'package.json'), 'utf8');
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(text));

    const unguarded = Object.entries(scripts).filter(
      ([, script]) => !/^(exec )?node (--require \.\/)?infra\/local\/machine\.cjs /.test(script),
    );

    // Plain JavaScript without packages.
    expect(unguarded).toEqual([['demo', 'node examples/demo.mjs']]);
  });
});

describe.each(['start', 'dev'])('npm run %s', (script) => {
  it('ends the service with 0 on SIGTERM', async () => {
    const { PATH } = process.env;
    const env = { PATH, PORT: '0', LOG_LEVEL: 'ERROR' };
    const npm = spawn('npm', ['run', '--silent', script], { cwd: ROOT, env });
    const [line] = await once(npm.stdout, 'data');
    const [url] = /http:\/\/\S+/.exec(String(line)) ?? [];

    npm.kill('SIGTERM');
    const [code, signal] = await once(npm, 'exit');

    expect([code, signal]).toEqual([0, null]);
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
  });
});
