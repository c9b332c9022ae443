import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { tableNames } from '../../lib/dynamodb/tables.ts';
import { eventBody } from '../../lib/http/bodies.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { type Answer, eventually, type Service, startService } from '../support/service.ts';
import { type StoreEndpoint, storeEndpoint } from '../support/storeEndpoint.ts';
import { calls, document, responses } from './document.ts';
import { sendRaw } from './rawHttp.ts';
import { Story } from './story.ts';

const tablePrefix = `test-${randomUUID()}-`;
let store: StoreEndpoint;
let proxy: Proxy;
let service: Service;
let slow: Promise<Answer>;
beforeAll(async () => {
  store = await storeEndpoint();
  proxy = await startProxy(store.endpoint);
  service = await startService({
    DYNAMODB_ENDPOINT: proxy.endpoint,
    TABLE_PREFIX: tablePrefix,
    LOG_LEVEL: 'SILENT',
  });
  // It takes seconds until it is given up: meanwhile the story goes on.
  slow = sendRaw(service.url, 'GET /bets HTTP/1.1\r\nhost: localhost\r\n');
});
afterAll(async () => {
  await service.stop('SIGTERM');
  await proxy.close();
  await store.close();
});

const story = new Story();

interface Sent {
  /** Which of the body's examples; without one the first, for a call that has a body. */
  body?: string;
  path?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
}

/** Makes a call as the document describes it, with its own examples. */
async function call(operationId: string, sent: Sent = {}): Promise<Answer> {
  const found = calls.find(({ operation }) => operation.operationId === operationId);
  if (found === undefined) throw new Error(`There is no ${operationId}.`);
  const { path, method, operation } = found;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const parameter = operation.parameters?.find((each) => each.name === name);
    return sent.path?.[name] ?? story.lived(parameter?.example ?? '');
  });
  const bodies = operation.requestBody?.content['application/json'].examples ?? {};
  const body = bodies[sent.body ?? Object.keys(bodies)[0] ?? ''];
  const query = new URLSearchParams(sent.query).toString();
  return service.call(filled + (query && `?${query}`), {
    method: method.toUpperCase(),
    headers: { ...(body && { 'content-type': 'application/json' }), ...sent.headers },
    ...(body && { body: JSON.stringify(body.value) }),
  });
}

const EVENT = '/events/sr:match:42';
const KEY = { 'idempotency-key': 'slip-1' };
const CROSS_SITE = { 'sec-fetch-site': 'cross-site' };
const ANY_BET = '01a203aa-93ed-7394-bba1-65f07fb629c1';

/** The address of a page, and its header `Link`. */
let link = '';
let page = '';

async function pageOf(operationId: string, limit: string): Promise<Answer> {
  const first = await call(operationId, { query: { limit } });
  link = first.headers.get('link') ?? '';
  page = operationId === 'listBets' ? '/bets' : '/events';
  return first;
}

const nextPage = () => service.get(page + (/^<(.+)>; rel="next"$/.exec(link)?.[1] ?? ''));

async function withoutStore(send: () => Promise<Answer>): Promise<Answer> {
  proxy.cut();
  const answer = await send();
  proxy.restore();
  await eventually(
    () => service.get('/readyz'),
    ({ status }) => status === 200,
  );
  return answer;
}

/** A bet whose record no version of the service could have written. */
async function readBrokenBet(): Promise<Answer> {
  const client = createClient(store.endpoint);
  const TableName = tableNames(tablePrefix).bets;
  const Key = { shard: '1', betId: ANY_BET };
  await client.send(new PutCommand({ TableName, Item: { ...Key, amountMinor: 'much' } }));
  const answer = await service.get('/bets');
  await client.send(new DeleteCommand({ TableName, Key }));
  client.destroy();
  return answer;
}

/** Settles as somebody else than the operators, on a service that lets nobody else. */
async function settleAs(authorization: Record<string, string>): Promise<Answer> {
  const guarded = await startService({ OPERATOR_TOKEN: 'only-for-operators' });
  const answer = await guarded.put(EVENT, { status: 'WIN' }, authorization);
  await guarded.stop('SIGTERM');
  return answer;
}

async function settleManyBets(): Promise<Answer> {
  const event_id = 'sr:match:77';
  const bet = () => service.post('/bets', { event_id, amount: '1.00' });
  for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 20 }, bet));
  const { body, ...answer } = await call('settleEvent', { path: { event_id } });
  const event = eventBody.parse(body);
  // Settling may have begun already; the example tells of none.
  return { ...answer, body: { ...event, bets: { ...event.bets, settled: 0 } } };
}

async function correctTooOften(): Promise<Answer> {
  const path = '/events/sr:match:99';
  for (let version = 1; version <= 100; version += 1) {
    await service.put(path, { status: version % 2 === 0 ? 'WIN' : 'LOSE' });
  }
  return service.put(path, { status: 'LOSE' });
}

/** On a store that another version of the service has made. */
async function listFromOtherLayout(): Promise<Answer> {
  const prefix = `test-${randomUUID()}-`;
  const client = createClient(store.endpoint);
  await createMissingTables(client, prefix);
  const Item = { shard: 'layout', listKey: 'layout', layout: 3 };
  await client.send(new PutCommand({ TableName: tableNames(prefix).eventList, Item }));
  client.destroy();
  const other = await startService({
    DYNAMODB_ENDPOINT: store.endpoint,
    TABLE_PREFIX: prefix,
    LOG_LEVEL: 'SILENT',
  });
  const answer = await other.get('/bets');
  await other.stop('SIGTERM');
  return answer;
}

const LONG = `x: ${'x'.repeat(20_000)}`;

/** Every example of an answer in the order of the story, and what leads to it. */
const STORY: Record<string, () => Promise<Answer>> = {
  'getEvent 404 event-not-found': () => call('getEvent'),
  'getBet 404 bet-not-found': () => call('getBet'),
  'placeBet 201 by-text': () => call('placeBet', { body: 'by-text' }),
  'placeBet 201 by-number': () => call('placeBet', { body: 'by-number' }),
  'placeBet 201 with-key': () => call('placeBet', { body: 'with-key', headers: KEY }),
  'placeBet 201 replayed': () => call('placeBet', { body: 'with-key', headers: KEY }),
  'placeBet 422 idempotency-key-reused': () => call('placeBet', { headers: KEY }),
  'placeBet 422 invalid-request': () => service.post('/bets', { event_id: '1', amount: '1,5' }),
  'placeBet 422 malformed-json': () => service.post('/bets', '{"event_id": 42,'),
  'placeBet 403 cross-site': () => call('placeBet', { headers: CROSS_SITE }),
  'getBet 200 pending': () => call('getBet'),
  'getEvent 200 open': () => call('getEvent'),
  'getEvent 422 invalid-request': () => call('getEvent', { path: { event_id: 'x'.repeat(257) } }),
  'listBets 200 first-page': () => pageOf('listBets', '2'),
  'listBets 200 last-page': () => nextPage(),
  'listBets 422 invalid-request': () => call('listBets', { query: { limit: '0' } }),
  'listEvents 200 first-page': () => pageOf('listEvents', '1'),
  'listEvents 200 last-page': () => nextPage(),
  'listEvents 422 invalid-request': () => call('listEvents', { query: { state: 'won' } }),
  'settleEvent 412 version-mismatch': () => call('settleEvent', { headers: { 'if-match': '"1"' } }),
  'settleEvent 422 invalid-request': () => service.put(EVENT, { status: 'DRAW' }),
  'settleEvent 401 unauthorized': () => settleAs({}),
  'settleEvent 403 cross-site': () => call('settleEvent', { headers: CROSS_SITE }),
  'settleEvent 422 malformed-json': () => service.put(EVENT, 'WIN'),
  'settleEvent 200 first-result': () => call('settleEvent', { body: 'first-result' }),
  'listBets 200 won-on-event': () => service.get('/bets?event_id=sr:match:42&status=won'),
  'getBet 200 won': () => call('getBet'),
  'placeBet 409 event-settled': () => call('placeBet'),
  'settleEvent 200 correction': () =>
    call('settleEvent', { body: 'correction', headers: { 'if-match': '"1"' } }),
  'getEvent 200 corrected': () => call('getEvent'),
  'listEvents 200 in-state': () => call('listEvents', { query: { state: 'settled' } }),
  'settleEvent 202 many-bets': settleManyBets,
  'settleEvent 409 correction-limit': correctTooOften,
  'getLiveness 200 alive': () => call('getLiveness'),
  'getReadiness 200 ready': () => call('getReadiness'),
  'getReadiness 503 not-ready': () => withoutStore(() => call('getReadiness')),
  'BodyTooLarge body-too-large': () => service.post('/bets', `"${'x'.repeat(65_536)}"`),
  'UnsupportedMediaType unsupported-media-type': () =>
    call('placeBet', { headers: { 'content-type': 'text/plain' } }),
  'HeadersTooLarge headers-too-large': () =>
    sendRaw(service.url, `GET / HTTP/1.1\r\nhost: localhost\r\n${LONG}\r\n\r\n`),
  'ExpectationFailed expectation-failed': () =>
    sendRaw(service.url, 'GET /bets HTTP/1.1\r\nhost: localhost\r\nexpect: a-tip\r\n\r\n'),
  'Misdirected misdirected': () =>
    sendRaw(service.url, 'GET /bets HTTP/1.1\r\nhost: bets.example\r\n\r\n'),
  'MalformedRequest malformed-request': () =>
    sendRaw(service.url, 'BREW /bets HTTP/1.1\r\nhost: localhost\r\n\r\n'),
  'Internal internal': readBrokenBet,
  'Unavailable unavailable': () => withoutStore(() => call('listBets')),
  'Unavailable not-ready': listFromOtherLayout,
  'RequestTimeout request-timeout': () => slow,
  'Problem route-not-found': () => service.get('/wagers'),
  'Problem method-not-allowed': () => service.call('/bets', { method: 'DELETE' }),
};

/** The two problems that belong to no call stand with their schema. */
const [notFound, notAllowed] = document.components.schemas['Problem']?.examples ?? [];
responses.set('Problem', {
  headers: { 'X-Request-Id': {}, Allow: {} },
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
      examples: {
        'route-not-found': { value: notFound },
        'method-not-allowed': { value: notAllowed },
      },
    },
  },
});

const examples = [...responses].flatMap(([response, { content = {} }]) =>
  Object.entries(content).flatMap(([mediaType, { schema, examples: told = {} }]) =>
    Object.entries(told).map(([name, { value }]) => ({ response, mediaType, schema, name, value })),
  ),
);

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi.json');

/** Headers of HTTP itself, and those that the document's introduction tells of for every answer. */
const COMMON_HEADERS = new Set([
  ...['connection', 'content-encoding', 'content-length', 'content-type', 'date', 'keep-alive'],
  'vary',
  ...['cache-control', 'content-security-policy', 'referrer-policy'],
  ...['x-content-type-options', 'x-frame-options'],
]);

describe('the document tells the story of an evening, and the service lives it:', () => {
  const shownHeaders = new Map<string, Set<string>>();

  it('has a place for every example', () => {
    const names = examples.map(({ response, name }) => `${response} ${name}`);

    expect(Object.keys(STORY).sort()).toEqual(names.sort());
  });

  it('has an answer for every example of a body', () => {
    for (const { operation } of calls) {
      const bodies = operation.requestBody?.content['application/json'].examples ?? {};
      const { operationId } = operation;
      const answered = examples.filter(({ response }) => response.startsWith(operationId));
      expect(answered.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(bodies)));
    }
  });

  it.each(Object.entries(STORY))('%s', async (title, live) => {
    const example = examples.find(({ response, name }) => title === `${response} ${name}`);
    const { response = '', mediaType, schema, value } = example ?? {};

    const answer = await live();

    const status = /\d+/.exec(response)?.[0] ?? Reflect.get(Object(value), 'status');
    expect(answer.status).toBe(Number(status));
    expect(answer.headers.get('content-type')).toBe(mediaType);
    expect(story.retold(answer.body, value)).toEqual(value);
    const valid = ajv.getSchema(`openapi.json${schema?.$ref}`);
    expect([valid?.(answer.body), valid?.errors]).toEqual([true, null]);
    const headers = [...answer.headers.keys()].filter((name) => !COMMON_HEADERS.has(name));
    shownHeaders.set(response, new Set([...(shownHeaders.get(response) ?? []), ...headers]));
  });

  it('shows every header that it tells of, and no other', () => {
    const shown = [...shownHeaders].map(([response, names]) => [response, [...names].sort()]);

    const told = [...shownHeaders.keys()].map((response) => {
      const names = Object.keys(responses.get(response)?.headers ?? {});
      return [response, names.map((name) => name.toLowerCase()).sort()];
    });
    expect(shown).toEqual(told);
  });

  it('shows the next page by the header as it is in the example', async () => {
    const { example } = document.components.headers['Link'] ?? {};

    await pageOf('listBets', '2');

    expect(story.retold(link, example)).toBe(example);
  });
});

describe('an example of a parameter is taken:', () => {
  const parameters = calls.flatMap(({ operation: { operationId, parameters: own = [] } }) =>
    own.flatMap(({ name, in: place, schema }) => {
      const { examples: values = [] } =
        document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {};
      return values.map((value) => ({ operationId, place, name, value: String(value) }));
    }),
  );

  it('there are some', () => {
    expect(new Set(parameters.map(({ name }) => name))).toEqual(
      new Set([
        ...['limit', 'event_id', 'status', 'placed_from', 'placed_before'],
        ...['state', 'Idempotency-Key', 'If-Match', 'If-None-Match'],
      ]),
    );
  });

  it.each(parameters)('$operationId $place $name: $value', async (parameter) => {
    const { operationId, place, name, value } = parameter;
    const sent = place === 'query' ? { query: { [name]: value } } : { headers: { [name]: value } };

    // Events of their own: the story's have results.
    const answer =
      operationId === 'placeBet'
        ? await service.post('/bets', { event_id: 'other', amount: 1 }, sent.headers)
        : await call(operationId, { ...sent, path: { event_id: 'parameters' } });

    expect(answer.status).toBeLessThan(300);
  });
});

it.each(['listBets', 'getBet', 'listEvents', 'getEvent'])(
  '%s answers 304 to the tag of its answer when the document tells of it',
  async (operationId) => {
    const { headers } = await call(operationId);

    const known = { 'if-none-match': headers.get('etag') ?? '' };
    const answer = await call(operationId, { headers: known });

    expect(answer.status).toBe(responses.has(`${operationId} 304`) ? 304 : 200);
  },
);
