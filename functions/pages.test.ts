import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import serverless from 'serverless-http';
import { createApp } from '../infra/local/app.ts';
import { createPrometheus } from '../infra/local/prometheus.ts';
import { createPagesApp } from '../infra/pages/app.ts';
import { readConfig } from '../lib/config.ts';
import { createLogger } from '../lib/logger.ts';
import { createService } from '../lib/service.ts';
import { apiEvent, context, type Sent } from '../tests/support/apiEvent.ts';
import { handler } from './pages.ts';

interface PageAnswer {
  statusCode: number;
  isBase64Encoded: boolean;
  headers: Record<string, string>;
  body: string;
}

async function get(path: string, sent: Sent = {}): Promise<PageAnswer> {
  const answer = await handler(apiEvent({ path, ...sent }), context);
  return answer as PageAnswer; // to an event of the payload format 2.0, which has all of it
}

const ROOT = pathToFileURL(join(__dirname, '../'));

const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; " +
    "frame-ancestors 'none'; img-src 'self'; script-src 'self'; style-src 'self'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  vary: 'accept-encoding',
};

describe('the pages on Lambda', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', '<tbody id="events"></tbody>'],
    ['/docs', 'text/html; charset=utf-8', '<nav class="contents"'],
    ['/docs/problems', 'text/html; charset=utf-8', '<section id="event-settled"'],
    ['/openapi.json', 'application/json', '{"openapi":"3.1.1",'],
    ['/assets/pages.css', 'text/css; charset=utf-8', '.site {'],
    ['/assets/console.js', 'text/javascript; charset=utf-8', 'import { Model }'],
    ['/assets/favicon.svg', 'image/svg+xml', '<svg '],
    ['/assets/reference.css', 'text/css; charset=utf-8', '.contents'],
  ])('GET %s answers %s', async (path, contentType, part) => {
    const answer = await get(path);

    expect({ ...answer, body: undefined }).toEqual({
      statusCode: 200,
      isBase64Encoded: false,
      cookies: [],
      body: undefined,
      headers: {
        ...PAGE_HEADERS,
        'content-type': contentType,
        'content-length': String(Buffer.byteLength(answer.body)),
        etag: expect.stringMatching(/^W\/"[\w-]{22}"$/),
      },
    });
    expect(answer.body).toContain(part);
  });

  it.each([
    ['/docs/', '../docs'],
    ['/docs/problems/', '../problems'],
    ['/openapi.json/', '../openapi.json'],
  ])('leads from %s to %s, which its references are relative to', async (path, location) => {
    const { statusCode, headers, body } = await get(path);

    expect([statusCode, headers['location'], body]).toEqual([308, location, '']);
  });

  it.each([
    ['/docs', 200],
    ['/api/docs', 200],
    ['/api/', 200],
    ['/api', 308],
    ['/api/bets', 405],
    ['/apis/docs', 404],
    ['/v1/api/docs', 404],
  ])('are found under the path that API Gateway leaves on: %s', async (path, status) => {
    const app = createPagesApp(ROOT, createLogger('SILENT'), { basePath: '/api' });

    const answer = await serverless(app)(apiEvent({ path }), context);

    expect(answer).toMatchObject({ statusCode: status });
  });

  it('sends the committed document, without the spaces that are for people', async () => {
    const committed = readFileSync(join(__dirname, '../docs/openapi.json'), 'utf8');

    const { body } = await get('/openapi.json');

    expect(JSON.parse(body)).toEqual(JSON.parse(committed));
    expect(body.length).toBeLessThan(0.75 * committed.length);
  });

  it('compresses for those who can unpack it', async () => {
    const plain = await get('/assets/console.css');
    const packed = await get('/assets/console.css', {
      headers: { 'accept-encoding': 'gzip, deflate, br' },
    });

    expect(packed.isBase64Encoded).toBe(true);
    expect(packed.headers).toMatchObject({ ...PAGE_HEADERS, 'content-encoding': 'gzip' });
    expect(packed.headers['etag']).toBe(plain.headers['etag']);
    expect(gunzipSync(Buffer.from(packed.body, 'base64')).toString()).toBe(plain.body);
  });

  it('sends nothing again to those who have it', async () => {
    const { headers } = await get('/docs');

    const again = await get('/docs', { headers: { 'if-none-match': headers['etag'] ?? '' } });

    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('answers HEAD without a body', async () => {
    const answer = await get('/docs', { method: 'HEAD' });

    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });

  it.each([
    ['GET', '/docs/nothing', 404, 'route-not-found', undefined],
    ['GET', '/assets/../package.json', 404, 'route-not-found', undefined],
    ['GET', '/assets/%2e%2e%2fpackage.json', 404, 'route-not-found', undefined],
    ['GET', '/DOCS', 404, 'route-not-found', undefined],
    ['POST', '/docs', 405, 'method-not-allowed', 'GET, HEAD'],
    ['DELETE', '/openapi.json', 405, 'method-not-allowed', 'GET, HEAD'],
    ['DELETE', '/bets', 405, 'method-not-allowed', 'GET, HEAD, POST'],
    ['POST', '/bets/1', 405, 'method-not-allowed', 'GET, HEAD'],
    ['POST', '/events', 405, 'method-not-allowed', 'GET, HEAD'],
    ['DELETE', '/events/1', 405, 'method-not-allowed', 'GET, HEAD, PUT'],
    // API Gateway has no route that ends with a slash, and only the local service has probes.
    ...['/bets/', '/bets/1/', '/events/', '/events/1/', '/livez', '/readyz', '/metrics'].map(
      (path) => ['GET', path, 404, 'route-not-found', undefined] as const,
    ),
  ])('%s %s is %d, a problem', async (method, path, status, code, allow) => {
    const answer = await get(path, { method });

    expect([answer.statusCode, answer.headers['allow']]).toEqual([status, allow]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({
      type: expect.stringMatching(`^(\\.\\./)*docs/problems#${code}$`),
      status,
    });
  });
});

describe('what API Gateway has no other function for', () => {
  const asked = [
    ['DELETE', '/bets'],
    ['PUT', '/bets'],
    ['POST', '/bets/01a203aa-93ed-7394-bba1-65f07fb629c1'],
    ['PATCH', '/events/sr:match:42'],
    ['POST', '/events/sr:match:42'],
    ['OPTIONS', '/bets'],
    ['GET', '/BETS'],
    ['GET', '/bets/a/b'],
    ['POST', '/events'],
  ] as const;

  it.each(asked)('%s %s is the problem that the local service answers', async (method, path) => {
    const config = readConfig({ DYNAMODB_ENDPOINT: 'aws', LOG_LEVEL: 'SILENT' });
    const service = createService(config);
    const local = serverless(createApp(service, config, createPrometheus(), () => false));

    const answer = await get(path, { method });

    const answered = await local(apiEvent({ method, path }), context);
    const expected = answered as PageAnswer; // as the pages' own, above
    const ids = { 'x-request-id': expect.any(String) };
    expect(expected.headers).not.toHaveProperty('strict-transport-security');
    const https = { 'strict-transport-security': 'max-age=63072000; includeSubDomains' };
    expect(expected.headers['content-type']).toBe('application/problem+json');
    expect({ ...answer, body: JSON.parse(answer.body) }).toEqual({
      ...expected,
      headers: { ...expected.headers, ...ids, ...https },
      body: { ...JSON.parse(expected.body), instance: expect.stringMatching(/^urn:/) },
    });
  });
});

describe('every problem', () => {
  it('is explained under the fragment that its type leads to', async () => {
    const documented = readFileSync(join(__dirname, '../docs/problems.md'), 'utf8');
    const codes = [...documented.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code);

    const page = (await get('/docs/problems')).body;

    expect(codes).toContain('event-settled');
    expect([...page.matchAll(/<section id="([a-z-]+)"/g)].map(([, id]) => id)).toEqual(codes);
  });
});
