import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { TABLE_NAMES, tables } from '../../lib/dynamodb/tables.ts';
import { type Service, startService } from '../support/service.ts';
import { type StoreEndpoint, storeEndpoint } from '../support/storeEndpoint.ts';

/** Stores that another version of the service has made. */
let store: StoreEndpoint;
let client: ReturnType<typeof createClient>;
beforeAll(async () => {
  store = await storeEndpoint();
  client = createClient(store.endpoint);
});
afterAll(async () => {
  client.destroy();
  await store.close();
});

const serveFrom = (TABLE_PREFIX: string): Promise<Service> =>
  startService({ DYNAMODB_ENDPOINT: store.endpoint, TABLE_PREFIX, LOG_LEVEL: 'WARN' });

async function answersOf(service: Service) {
  const answers = [
    await service.get('/readyz'),
    await service.post('/bets', { event_id: 'e', amount: 1 }),
    await service.get('/bets'),
    await service.get('/bets?event_id=e'),
    await service.get('/events?state=open'),
    await service.put('/events/e', { status: 'WIN' }),
  ];
  return answers.map(({ status, body }) => ({ status, code: Object(body).type }));
}

const notReady = { status: 503, code: expect.stringMatching(/docs\/problems#not-ready$/) };

describe('a store of another layout', () => {
  it('is not served from: the service is alive, not ready, and says what to do', async () => {
    const prefix = `${randomUUID()}-`;
    await createMissingTables(client, prefix);
    const Item = { shard: 'layout', listKey: 'layout', layout: 3 };
    await client.send(new PutCommand({ TableName: `${prefix}eventList`, Item }));
    const service = await serveFrom(prefix);

    const answers = await answersOf(service);
    const ready = await service.get('/readyz');
    const alive = await service.get('/livez');
    await service.stop('SIGTERM');

    expect(answers).toEqual(answers.map(() => notReady));
    expect(ready.body).toMatchObject({
      detail:
        'The store does not fit: it has layout 3, and this version of the service needs layout ' +
        '2. docs/upgrade.md says what to do.',
    });
    expect(alive.status).toBe(200);
    expect(service.output()).toContain('it has layout 3');
  });

  it('is that of version 0.4.0, beside whose tables nothing is made', async () => {
    const prefix = `${randomUUID()}-`;
    for (const name of TABLE_NAMES.filter((each) => each !== 'eventList')) {
      const TableName = `${prefix}${name}`;
      await client.send(new CreateTableCommand({ ...tables[name], TableName }));
    }
    const service = await serveFrom(prefix);

    const answers = await answersOf(service);
    const ready = await service.get('/readyz');
    await service.stop('SIGTERM');

    expect(answers).toEqual(answers.map(() => notReady));
    const fault = `the table ${prefix}eventList is missing`;
    expect(ready.body).toMatchObject({ detail: expect.stringContaining(fault) });
  });
});

describe('a store without a layout', () => {
  it('gets that of this version, and is served from again', async () => {
    const prefix = `${randomUUID()}-`;
    const first = await serveFrom(prefix);
    await first.post('/bets', { event_id: 'e', amount: 1 });
    await first.stop('SIGTERM');
    const second = await serveFrom(prefix);

    const ready = await second.get('/readyz');
    const { body } = await second.get('/bets');
    await second.stop('SIGTERM');

    expect(ready.status).toBe(200);
    expect(body).toHaveLength(1);
  });
});
