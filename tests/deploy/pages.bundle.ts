import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { apiEvent, type Sent } from '../support/apiEvent.ts';
import { readTemplate, ROOT } from './packaged.ts';
import { LambdaRuntime } from './runtimeApi.ts';
import { fetchRuntimeClient } from './runtimeClient.ts';
import { unpackFunctions } from './unpack.ts';

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
  const pages = unpackFunctions(template, packageDirectory, unpacked).find(
    ({ handler }) => handler === 'functions/pages.handler',
  );
  if (pages === undefined) throw new Error('The template has no pages.');
  runtime = new LambdaRuntime(pages, await fetchRuntimeClient());
});
afterAll(async () => {
  runtime.stop();
  await rm(unpacked, { recursive: true });
});

const ask = async (sent: Sent) => answerOf.parse(await runtime.invoke(apiEvent(sent)));

describe("the packaged pages under AWS's runtime client", () => {
  it.each([
    ['/docs', 'text/html; charset=utf-8', '<div id="reference"></div>'],
    ['/docs/problems', 'text/html; charset=utf-8', '<section id="event-settled"'],
    ['/openapi.json', 'application/json', '{"openapi":"3.1.1",'],
    ['/assets/favicon.svg', 'image/svg+xml', '<svg '],
  ])('answer GET %s as %s', async (path, contentType, part) => {
    const { statusCode, headers, body } = await ask({ path });

    expect([statusCode, headers['content-type']]).toEqual([200, contentType]);
    expect(body).toContain(part);
  });

  it.each([
    ['pages.css', 'infra/pages/assets'],
    ['reference.css', 'infra/pages/assets'],
    ['reference.js', 'infra/pages/assets'],
    ['swagger-ui.css', 'node_modules/swagger-ui-dist'],
    ['swagger-ui-bundle.js', 'node_modules/swagger-ui-dist'],
  ])('send the file %s of %s whole', async (name, folder) => {
    const headers = { 'accept-encoding': 'gzip' };

    const answer = await ask({ path: `/assets/${name}`, headers });

    const file = await readFile(join(ROOT, folder, name));
    expect([answer.statusCode, answer.isBase64Encoded]).toEqual([200, true]);
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
    expect(JSON.parse(answer.body)).toMatchObject({ type: `/docs/problems#${code}`, status });
  });
});
