import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { apiEvent, type Sent } from '../../tests/support/apiEvent.ts';
import { JsonNumber, jsonBody, MAX_BODY_BYTES } from './jsonBody.ts';

/** The body as a handler behind the middleware sees it. */
async function parsed(body: string, more: Sent = {}): Promise<unknown> {
  const stack = middy<APIGatewayProxyEventV2, unknown>()
    .use(jsonBody())
    .handler(async (event) => event.body);
  const headers = { 'content-type': 'application/json', ...more.headers };
  return stack(apiEvent({ ...more, headers, body }), {} as never);
}

const digits = (source: string): JsonNumber => new JsonNumber(source);

describe('jsonBody', () => {
  it.each(['10.000000000000000001', '1e400', '-0', '0.10', '9007199254740993', '1E+2'])(
    'keeps the digits of %s',
    async (source) => {
      expect(await parsed(`{"a": ${source} }`)).toEqual({ a: digits(source) });
    },
  );

  it('keeps the digits of each number of a body, nested ones too', async () => {
    expect(await parsed('{"a":1.50,"b":[2.0],"c":"3"}')).toEqual({
      a: digits('1.50'),
      b: [digits('2.0')],
      c: '3',
    });
  });

  it('leaves a body without numbers as it is', async () => {
    expect(await parsed('{"a":"1","b":null,"c":true}')).toEqual({ a: '1', b: null, c: true });
  });

  it.each([
    ['5', 5],
    ['"a"', 'a'],
    ['null', null],
  ])('leaves the body %s, which is no object, to the schema', async (text, value) => {
    expect(await parsed(text)).toEqual(value);
  });

  it('reads a base64-encoded body', async () => {
    const body = Buffer.from('{"a":"é"}').toString('base64');

    expect(await parsed(body, { isBase64Encoded: true })).toEqual({ a: 'é' });
  });

  it('leaves the caller its event', async () => {
    const event = apiEvent({ headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
    const before = structuredClone(event);
    const stack = middy<APIGatewayProxyEventV2, unknown>()
      .use(jsonBody())
      .handler(async () => 1);

    await stack(event, {} as never);

    expect(event).toEqual(before);
  });

  it('refuses more than 64 KiB, counted in bytes after base64', async () => {
    const most = `"${'x'.repeat(MAX_BODY_BYTES - 2)}"`;
    const more = Buffer.from(`${most} `).toString('base64');

    expect(MAX_BODY_BYTES).toBe(65_536);
    await expect(parsed(most)).resolves.toHaveLength(65_534);
    await expect(parsed(more, { isBase64Encoded: true })).rejects.toMatchObject({
      code: 'body-too-large',
    });
  });

  it('refuses what is more than 32 levels deep, whatever numbers are beside it', async () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

    expect(await parsed(`{"a":${nested(31)},"b":1}`)).toMatchObject({ b: digits('1') });
    for (const body of [`{"a":${nested(32)},"b":1}`, `{"a":1,"b":${nested(1_000)}}`]) {
      await expect(parsed(body)).rejects.toMatchObject({
        code: 'malformed-json',
        message: 'A body may be 32 levels deep.',
      });
    }
  });

  it.each(['', 'identity', 'Identity'])('reads a body with the encoding %j', async (encoding) => {
    expect(await parsed('{}', { headers: { 'content-encoding': encoding } })).toEqual({});
  });

  it.each(['gzip', 'br', 'identity,gzip', 'identity, identity'])(
    'refuses a body with the encoding %s, whatever else is wrong with it',
    async (encoding) => {
      const headers = { 'content-encoding': encoding, 'content-type': 'text/plain' };

      await expect(parsed('x'.repeat(70_000), { headers })).rejects.toMatchObject({
        code: 'unsupported-media-type',
        message: 'Send application/json without compression.',
      });
    },
  );

  it.each([
    ['malformed JSON', '{', 'application/json', 422],
    ['another content type', '{}', 'text/plain', 415],
    ['a key that would change prototypes', '{"a":{"__proto__":1}}', 'application/json', 422],
  ])('refuses %s', async (_case, body, type, statusCode) => {
    const headers = { 'content-type': type };

    await expect(parsed(body, { headers })).rejects.toMatchObject({ statusCode });
  });
});
