import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { randomUUID } from 'node:crypto';
import { expressPath } from '../../infra/express/routes.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../infra/local/embeddedStore.ts';
import { toApiEvent } from '../../infra/local/gateway.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { settleEvent } from '../../lib/bets/settleEvent.ts';
import { readConfig } from '../../lib/config.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { createService, type Service, systemClock } from '../../lib/service.ts';
import { silentObserver } from '../support/observers.ts';
import { betIdOf, NOON } from '../support/samples.ts';
import { GOLDEN_REQUESTS, type GoldenRequest } from './goldenRequests.ts';
import {
  comparable,
  gatewayEvent,
  overHttp,
  throughHandler,
  throughHttp,
  throughServerlessHttp,
  type Way,
} from './ways.ts';

let store: EmbeddedStore;
let client: DynamoDBDocumentClient;
let unchanged: Service;
beforeAll(async () => {
  store = await startEmbeddedStore();
  client = createClient(store.endpoint);
  unchanged = await newService();
});
afterAll(async () => {
  client.destroy();
  await store.close();
});

/** Of several bets on it a list is large enough to be compressed. */
const LONG = 'x'.repeat(256);

/** A service whose ids, time and chance are known, on a store with what the requests expect. */
async function newService(): Promise<Service> {
  const config = readConfig({ TABLE_PREFIX: `${randomUUID()}-`, LOG_LEVEL: 'SILENT' });
  await createMissingTables(client, config.tablePrefix);
  let bets = 0;
  let decisions = 0;
  const service = createService(config, {
    client,
    clock: { ...systemClock, now: () => NOON },
    observer: silentObserver,
    newBetId: () => betIdOf((bets += 1)),
    newDecisionId: () => `decision-${(decisions += 1)}`,
    random: () => 0.5,
  });
  await service.within(60_000, async (context) => {
    const key = { idempotencyKey: 'key-1' };
    await placeBet(context, { eventId: 'open', amountMinor: 1050n, ...key });
    await placeBet(context, { eventId: 'open', amountMinor: 5n });
    await placeBet(context, { eventId: 'settled', amountMinor: 1050n });
    for (let bet = 0; bet < 4; bet += 1) {
      await placeBet(context, { eventId: LONG, amountMinor: 5n });
    }
    await settleEvent(context, { eventId: 'settled', outcome: 'WIN' });
  });
  return service;
}

/** A request's answer by a service that nothing has changed before. */
async function answer(way: Way, golden: GoldenRequest): Promise<object> {
  const changes = golden.method !== 'GET' && golden.status < 300;
  return comparable(await way(changes ? await newService() : unchanged, golden));
}

const named = GOLDEN_REQUESTS.map(
  (golden) => [golden.method, golden.target.slice(0, 60), golden.name, golden] as const,
);
const withRoute = named.filter(([, , , { routeKey }]) => routeKey !== undefined);

describe('a golden request', () => {
  it.each(named)(
    '%s %s (%s) is answered alike over HTTP, under serverless-http and by its Lambda handler',
    async (_method, _target, _name, golden) => {
      const viaHttp = await answer(throughHttp, golden);
      const ways = [
        ...(golden.irreversible ? [] : [throughServerlessHttp]),
        ...(golden.routeKey === undefined ? [] : [throughHandler]),
      ];
      const others: object[] = [];
      for (const way of ways) others.push(await answer(way, golden));

      expect(viaHttp).toMatchObject({ status: golden.status });
      expect(others).toEqual(ways.map(() => viaHttp));
    },
  );
});

it('packs a large list for a client that takes gzip, and packs no small answer', async () => {
  const takesGzip = GOLDEN_REQUESTS.filter(({ headers }) =>
    headers.some(([name, value]) => name === 'Accept-Encoding' && value.includes('gzip')),
  );

  const packed = await Promise.all(
    takesGzip.map(async (golden) => {
      const { headers } = await throughHttp(unchanged, golden);
      return [golden.name, headers['content-encoding']];
    }),
  );

  expect(packed).toEqual([
    ['a list for a client that takes gzip', 'gzip'],
    ['a bet for a client that takes gzip', undefined],
    ['an event for a client that takes gzip', undefined],
    ['a page', 'gzip'],
  ]);
});

describe('the local service', () => {
  // A compressed body never gets that far.
  it.each(withRoute.filter(([, , name]) => name !== 'a compressed body'))(
    'makes of %s %s (%s) the event that API Gateway would send',
    async (_method, _target, _name, golden) => {
      const seen: ReturnType<typeof toApiEvent>[] = [];
      const app = express();
      const [, path = ''] = (golden.routeKey ?? '').split(' ');
      const body = express.raw({ type: () => true, limit: '1mb', inflate: false });
      app.all(expressPath(path), body, (request, response) => {
        seen.push(toApiEvent(request));
        response.end();
      });
      await overHttp(app, golden);

      const expected = gatewayEvent(golden);
      // Of the context, handlers need little; the connection is no matter of theirs.
      expect(seen).toEqual([
        {
          ...expected,
          headers: { ...expected.headers, connection: 'close' },
          requestContext: expect.objectContaining({
            routeKey: expected.routeKey,
            http: expect.objectContaining({ method: golden.method, path: expected.rawPath }),
          }),
        },
      ]);
    },
  );
});
