import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { createClient } from './client.ts';

/** A store that answers all requests alike, and a client of it. */
async function storeThat(status: number, answer: object) {
  const requests: { headers: object; body: unknown }[] = [];
  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push({ headers: request.headers, body: JSON.parse(await text(request)) });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answer));
  };
  const server = createServer((request, response) => void answerTo(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const client = createClient(`http://127.0.0.1:${port}`);
  const close = (): void => {
    client.destroy();
    server.close();
  };
  return { client, requests, [Symbol.dispose]: close };
}

describe('createClient', () => {
  it('reads numbers as exact integers, beyond 2^53 too', async () => {
    const Item = { n: { N: '9007199254740993' }, list: { L: [{ N: '1' }] } };
    using store = await storeThat(200, { Item });

    const output = await store.client.send(new GetCommand({ TableName: 't', Key: { k: 1n } }));

    expect(output.Item).toEqual({ n: 9_007_199_254_740_993n, list: [1n] });
  });

  it('writes big integers as numbers, and leaves out what is undefined', async () => {
    using store = await storeThat(200, {});
    const Key = { k: { n: 9_007_199_254_740_993n, none: undefined } };

    await store.client.send(new GetCommand({ TableName: 't', Key }));

    expect(store.requests.map(({ body }) => body)).toEqual([
      { TableName: 't', Key: { k: { M: { n: { N: '9007199254740993' } } } } },
    ]);
  });

  it('names itself, and nothing else of what it is made of', async () => {
    using store = await storeThat(200, {});

    await store.client.send(new GetCommand({ TableName: 't', Key: { k: 1 } }));

    const headers = Object.entries(store.requests[0]?.headers ?? {});
    const agents = headers.filter(([name]) => name.includes('agent'));
    expect(agents).toEqual([['user-agent', 'bet-maker']]);
  });

  it('tries a call that the store fails at three times', async () => {
    const name = 'InternalServerError';
    using store = await storeThat(500, { __type: `com.amazonaws.dynamodb.v20120810#${name}` });

    const sending = store.client.send(new GetCommand({ TableName: 't', Key: { k: 1 } }));

    await expect(sending).rejects.toMatchObject({ name });
    expect(store.requests).toHaveLength(3);
  });

  it('waits two seconds for a connection and three for an answer, on 50 sockets', async () => {
    using store = await storeThat(200, {});

    await store.client.send(new GetCommand({ TableName: 't', Key: { k: 1 } }));

    const agent: unknown = expect.objectContaining({ keepAlive: true, maxSockets: 50 });
    expect(Object(store.client.config.requestHandler).httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 2_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    });
  });

  it('needs neither a region nor credentials for a local store, and is silent', async () => {
    const { config } = createClient('http://127.0.0.1:8000');

    expect(await config.region()).toBe('local');
    const local = { accessKeyId: 'local', secretAccessKey: 'local' };
    expect(await config.credentials()).toMatchObject(local);
    expect(config.logger).not.toHaveProperty('info');
    expect(config.logger).not.toHaveProperty('error');
  });

  it.each([
    { AWS_USE_FIPS_ENDPOINT: 'true' },
    { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    { AWS_DEFAULTS_MODE: 'unknown' },
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' },
    { AWS_PROFILE: 'unknown', AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'role' },
    { HTTP_PROXY: 'http://127.0.0.1:9', NODE_USE_ENV_PROXY: '1' },
  ])('uses nothing of %j for a local store', async (settings) => {
    const environment = jest.replaceProperty(process, 'env', { ...process.env, ...settings });
    using store = await storeThat(200, {});

    const calling = store.client.send(new GetCommand({ TableName: 't', Key: { k: 1 } }));
    await calling.finally(() => environment.restore());

    expect(store.requests[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/ Credential=local\/\d{8}\/local\/dynamodb\//),
    });
  });

  it('refuses a store that is neither AWS nor an address', () => {
    expect(() => createClient('memory')).toThrow(
      'There is no DynamoDB at "memory": DYNAMODB_ENDPOINT must be aws or an address.',
    );
  });

  it('takes its region and credentials on AWS from the environment', async () => {
    const environment = jest.replaceProperty(process, 'env', {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'role',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    });
    const { config } = createClient('aws');

    const used = { region: await config.region(), ...(await config.credentials()) };
    environment.restore();

    expect(used).toMatchObject({
      region: 'eu-central-1',
      accessKeyId: 'role',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    });
  });
});
