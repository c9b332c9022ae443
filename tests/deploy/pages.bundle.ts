import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { apiEvent, type Sent } from '../support/apiEvent.ts';
import { readTemplate, ROOT, unpackFunctions } from './packaged.ts';
import { LambdaRuntime } from './runtimeApi.ts';
import { fetchRuntimeClient } from './runtimeClient.ts';

const answerOf = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  isBase64Encoded: z.boolean(),
});

let unpacked: string;
let runtime: LambdaRuntime;
beforeAll(async () => {
  const packageDirectory = z.string({ error: 'run by run.ts' }).parse(process.env['TEST_PACKAGE']);
  // Outside the tree, whose files would stand in for those that the zip lacks.
  unpacked = await mkdtemp(join(tmpdir(), 'bet-maker-pages-'));
  const template = await readTemplate(packageDirectory);
  const functions = unpackFunctions(template, packageDirectory, unpacked);
  const pages = functions.find(({ handler }) => handler === 'functions/pages.handler');
  if (pages === undefined) throw new Error('The template has no pages.');
  runtime = new LambdaRuntime(pages, await fetchRuntimeClient());
});
afterAll(async () => {
  runtime.stop();
  await rm(unpacked, { recursive: true });
});

const ask = async (sent: Sent) => answerOf.parse(await runtime.invoke(apiEvent(sent)));

describe("the packaged pages under AWS's runtime client", () => {
  it('answer GET /openapi.json with the committed document', async () => {
    const { statusCode, headers, body } = await ask({ path: '/openapi.json' });

    const file = await readFile(join(ROOT, 'docs/openapi.json'), 'utf8');
    expect([statusCode, headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(body)).toEqual(JSON.parse(file));
  });

  const [html, js, css] = ['html', 'javascript', 'css'].map((of) => `text/${of}; charset=utf-8`);
  it.each([
    ['/', html, 'infra/pages/console.html'],
    ['/docs', html, 'infra/pages/reference.html'],
    ['/docs/problems', html, 'infra/pages/problems.html'],
    ['/assets/console.js', js, 'infra/pages/assets/console.js'],
    ['/assets/favicon.svg', 'image/svg+xml', 'infra/pages/assets/favicon.svg'],
    ['/assets/pages.css', css, 'infra/pages/assets/pages.css'],
    ['/assets/reference.css', css, 'infra/pages/assets/reference.css'],
  ])('answer GET %s as %s with the file %s whole', async (path, contentType, name) => {
    const answer = await ask({ path, headers: { 'accept-encoding': 'gzip' } });

    const file = await readFile(join(ROOT, name));
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, contentType]);
    expect(gunzipSync(Buffer.from(answer.body, 'base64')).equals(file)).toBe(true);
  });

  it.each([
    ['GET', '/nothing', 404, 'route-not-found', undefined],
    ['GET', '/bets/', 404, 'route-not-found', undefined],
    ['DELETE', '/bets', 405, 'method-not-allowed', 'GET, HEAD, POST'],
    ['POST', '/docs', 405, 'method-not-allowed', 'GET, HEAD'],
  ])('answer %s %s with the problem %d %s', async (method, path, status, code, allow) => {
    const headers = { 'content-type': 'application/json' };

    const answer = await ask({ method, path, headers, ...(method === 'POST' && { body: '{}' }) });

    expect([answer.statusCode, answer.headers['allow']]).toEqual([status, allow]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({
      type: expect.stringMatching(`^(\\.\\./)*docs/problems#${code}$`),
      status,
    });
  });
});
