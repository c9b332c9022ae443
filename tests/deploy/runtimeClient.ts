import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './packaged.ts';

const run = promisify(execFile);

/**
 * What runs a handler on Lambda: AWS's runtime interface client. Its install compiles a part of it,
 * with CMake and a C++ compiler, so it is no dependency of the project but fetched for its one use.
 */
const PACKAGE = 'aws-lambda-ric@4.0.2';
const CACHE = join(ROOT, '.cache/aws-lambda-ric-4.0.2');
const ENTRY = join(CACHE, 'node_modules/aws-lambda-ric/index.mjs');
const BUILD_MS = 900_000;

/** Once a checkout; the client's entry point. */
export async function fetchRuntimeClient(): Promise<string> {
  if (existsSync(ENTRY)) return ENTRY;
  await mkdir(dirname(CACHE), { recursive: true });
  // Built beside its place and moved there when it is whole.
  const scratch = await mkdtemp(`${CACHE}-`);
  try {
    // npm asks for leave to run a package's install scripts.
    const manifest = { private: true, allowScripts: { 'aws-lambda-ric': true } };
    await writeFile(join(scratch, 'package.json'), JSON.stringify(manifest));
    await run('npm', ['install', '--no-audit', '--no-fund', PACKAGE], {
      cwd: scratch,
      env: { ...process.env, MAKEFLAGS: `-j${availableParallelism()}` },
      timeout: BUILD_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    await rename(scratch, CACHE);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw new Error(`${PACKAGE} cannot be installed; it needs CMake, make and a C++ compiler.`, {
      cause: error,
    });
  }
  return ENTRY;
}
