import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from './client.ts';

/** Answers each request with what `reply` makes of its body, and keeps the bodies and the last headers. */
async function dynamodbThat(reply: (bodies: string[]) => [status: number, body: object]) {
  const bodies: string[] = [];
  let headers: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    headers = request.headers;
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      const [status, body] = reply(bodies);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    bodies,
    lastHeaders: () => headers,
    client: createClient(`http://127.0.0.1:${port}`),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('createClient', () => {
  it('reads numbers as exact integers, beyond 2^53 too', async () => {
    const Item = { n: { N: '9007199254740993' }, list: { L: [{ N: '1' }] } };
    const { client, close } = await dynamodbThat(() => [200, { Item }]);

    const output = await client.send(new GetCommand({ TableName: 't', Key: { k: 1n } }));
    close();

    expect(output.Item).toEqual({ n: 9_007_199_254_740_993n, list: [1n] });
  });

  it('writes big integers as numbers, and leaves out what is undefined', async () => {
    const { bodies, client, close } = await dynamodbThat(() => [200, {}]);
    const Key = { k: 9_007_199_254_740_993n, none: undefined };

    await client.send(new GetCommand({ TableName: 't', Key }));
    close();

    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
      { TableName: 't', Key: { k: { N: '9007199254740993' } } },
    ]);
  });

  it('names itself, and nothing else of what it is made of', async () => {
    const { client, lastHeaders, close } = await dynamodbThat(() => [200, {}]);

    await client.send(new GetCommand({ TableName: 't', Key: { k: 1 } }));
    close();

    expect(lastHeaders()['user-agent']).toBe('bet-maker');
    expect(Object.keys(lastHeaders()).filter((name) => name.includes('agent'))).toEqual([
      'user-agent',
    ]);
  });

  it('tries a call that the store fails at three times', async () => {
    const failure = { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError' };
    const { bodies, client, close } = await dynamodbThat(() => [500, failure]);

    const sending = client.send(new GetCommand({ TableName: 't', Key: { k: 1 } }));

    await expect(sending).rejects.toMatchObject({ name: 'InternalServerError' });
    close();
    expect(bodies).toHaveLength(3);
  });

  it('needs neither a region nor credentials for a local store, and is silent', async () => {
    const client = createClient('http://127.0.0.1:8000');

    expect(await client.config.region()).toBe('local');
    expect(await client.config.credentials()).toMatchObject({
      accessKeyId: 'local',
      secretAccessKey: 'local',
    });
    expect(client.config.logger).not.toHaveProperty('info');
    expect(client.config.logger).not.toHaveProperty('error');
    client.destroy();
  });

  it('takes its region and credentials on AWS from the environment', async () => {
    const environment = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'role',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    };
    const before = { ...process.env };
    Object.assign(process.env, environment);
    const client = createClient(undefined);

    expect(await client.config.region()).toBe('eu-central-1');
    expect(await client.config.credentials()).toMatchObject({
      accessKeyId: 'role',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    });
    process.env = before;
    client.destroy();
  });
});
