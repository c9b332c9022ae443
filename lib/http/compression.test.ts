import { gunzipSync } from 'node:zlib';
import { compressed } from './compression.ts';

const LARGE = JSON.stringify('é'.repeat(1_000));
const headers = { 'content-type': 'application/json', etag: 'W/"a"', vary: 'accept-encoding' };
const response = { statusCode: 200, headers, body: LARGE };

const asking = (accepted?: string) =>
  accepted === undefined ? { headers: {} } : { headers: { 'accept-encoding': accepted } };

describe('compressed', () => {
  it.each([
    'gzip',
    'GZIP',
    'deflate, gzip;q=1.0, *;q=0.5',
    'gzip ; q=0.001',
    'br,gzip',
    '*',
    'gzip;q=0.5, *;q=0',
  ])('packs a large answer for a client that takes %j', async (accepted) => {
    const { body, ...answer } = await compressed(asking(accepted), response);

    const packed = { ...headers, 'content-encoding': 'gzip' };
    expect(answer).toEqual({ statusCode: 200, headers: packed, isBase64Encoded: true });
    const bytes = Buffer.from(body, 'base64');
    expect(gunzipSync(bytes).toString()).toBe(LARGE);
    expect(bytes.length).toBeLessThan(100);
  });

  it.each([
    undefined,
    ...['', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000', '*;q=0', 'gzip;q=0, *', 'xgzip', 'q=1'],
  ])('sends an answer as it is to a client that takes %j', async (accepted) => {
    expect(await compressed(asking(accepted), response)).toBe(response);
  });

  it.each([
    ['a small answer', { ...response, body: 'x'.repeat(1_399) }],
    ['an answer with a strong tag', { ...response, headers: { ...headers, etag: '"1-a"' } }],
    ['an answer without a tag', { ...response, headers: {} }],
  ])('sends %s as it is', async (_what, answer) => {
    expect(await compressed(asking('gzip'), answer)).toBe(answer);
  });

  it('packs what has 1,400 bytes', async () => {
    const answer = await compressed(asking('gzip'), { ...response, body: 'x'.repeat(1_400) });

    expect(answer.isBase64Encoded).toBe(true);
  });
});
