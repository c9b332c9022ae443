import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';

it('the committed document is valid, breaks no client, and follows the schemas', async () => {
  const script = join(import.meta.dirname, 'check.ts');

  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [script], (error, _stdout, text) => {
      resolve({ code: error?.code, stderr: text });
    });
  });

  expect([code, stderr]).toEqual([undefined, expect.not.stringMatching(/^openapi: (?!LEFT OUT)/m)]);
});
