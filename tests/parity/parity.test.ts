import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import express from 'express';
import { toApiEvent } from '../../infra/local/gateway.ts';
import { service } from '../../lib/service.ts';
import { createFakes, NOON } from '../support/fakes.ts';
import { BETS, GOLDEN_REQUESTS, type GoldenRequest, KEY_RECORD } from './goldenRequests.ts';
import {
  comparable,
  gatewayEvent,
  overHttp,
  throughHandler,
  throughHttp,
  throughServerlessHttp,
  type Way,
} from './ways.ts';

/** A request's answer on the same service each time: its store, ids, time and chance begin anew. */
async function answer(way: Way, golden: GoldenRequest): Promise<object> {
  const { deps, store } = createFakes();
  store.add(BETS.open, BETS.newer, BETS.settled);
  store.keys.set(KEY_RECORD.key, KEY_RECORD);
  const decision = { id: 'decision-0', outcome: 'WIN' as const, decidedAt: NOON };
  await store.noteActivity('open', NOON);
  await store.putInForce('settled', decision, { version: 0, bets: 1, stakedMinor: 1050n });
  await store.finishSettlement('settled', 1);
  await store.closeFences('settled');
  Object.assign(service, deps);
  return comparable(await way(golden));
}

const named = GOLDEN_REQUESTS.map(
  (golden) => [golden.method, golden.target.slice(0, 60), golden.name, golden] as const,
);
const withRoute = named.filter(([, , , { routeKey }]) => routeKey !== undefined);

describe('a golden request', () => {
  it.each(named.filter(([, , , { irreversible }]) => !irreversible))(
    '%s %s (%s) is answered by the Express app alike over HTTP and under serverless-http',
    async (_method, _target, _name, golden) => {
      const viaHttp = await answer(throughHttp, golden);

      expect(viaHttp).toMatchObject({ status: golden.status });
      expect(await answer(throughServerlessHttp, golden)).toEqual(viaHttp);
    },
  );

  it.each(withRoute)(
    "%s %s (%s) is answered by its Lambda handler as by the local service's HTTP",
    async (_method, _target, _name, golden) => {
      const viaHandler = await answer(throughHandler, golden);

      expect(viaHandler).toMatchObject({ status: golden.status });
      expect(viaHandler).toEqual(await answer(throughHttp, golden));
    },
  );
});

/** What the local service hands on to the route's handler. */
async function localEvent(golden: GoldenRequest): Promise<APIGatewayProxyEventV2> {
  const received = Promise.withResolvers<APIGatewayProxyEventV2>();
  const app = express();
  const [, path = ''] = (golden.routeKey ?? '').split(' ');
  const body = express.raw({ type: () => true, limit: '1mb', inflate: false });
  app.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), body, (request, response) => {
    received.resolve(toApiEvent(request));
    response.end();
  });
  await overHttp(app, golden);
  return received.promise;
}

describe('the local service', () => {
  // A compressed body never gets that far.
  const handedOn = withRoute.filter(([, , name]) => name !== 'a compressed body');

  it.each(handedOn)(
    'makes of %s %s (%s) the event that API Gateway would send',
    async (_method, _target, _name, golden) => {
      const { headers, requestContext, ...event } = await localEvent(golden);

      const expected = gatewayEvent(golden);
      const { connection: _hop, ...handedHeaders } = headers;
      expect({ ...event, headers: handedHeaders }).toEqual({
        ...expected,
        // Which has much that a handler has no use for.
        requestContext: undefined,
      });
      expect(requestContext).toMatchObject({
        routeKey: expected.routeKey,
        http: { method: golden.method, path: expected.rawPath },
      });
    },
  );
});
