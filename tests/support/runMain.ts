import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs a program of Node with these settings alone, and tells how it ended and what it printed. */
export async function runMain(file: string, settings: NodeJS.ProcessEnv, options: string[]) {
  const env = { PATH: process.env['PATH'], ...settings };
  const child = spawn(process.execPath, [file, ...options], { env });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { output, errors, code: Number(code) };
}
