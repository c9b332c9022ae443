import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

it('finds what is committed valid, breaking no client, and made of its sources', () => {
  const script = join(__dirname, 'generate.ts');

  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });

  expect([status, stderr]).toEqual([0, expect.stringMatching(/^(?:LEFT OUT: .*\n)?$/)]);
});
