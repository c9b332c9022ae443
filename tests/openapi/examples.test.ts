import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { createClient } from '../../lib/dynamodb/client.ts';
import { tableNames } from '../../lib/dynamodb/store.ts';
import { times } from '../contract/parts.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { type Answer, type Service, startService } from '../support/service.ts';
import { type StoreEndpoint, storeEndpoint } from '../support/storeEndpoint.ts';
import { answerExamples, calls, document } from './document.ts';
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
  slow = sendRaw(service.url, 'GET /bets HTTP/1.1\r\nhost: x\r\n');
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
    return sent.path?.[name] ?? story.retold(parameter?.example ?? '');
  });
  const bodies = operation.requestBody?.content['application/json']?.examples ?? {};
  const body = bodies[sent.body ?? Object.keys(bodies)[0] ?? ''];
  const query = new URLSearchParams(sent.query).toString();
  return service.call(filled + (query && `?${query}`), {
    method: method.toUpperCase(),
    headers: { ...(body && { 'content-type': 'application/json' }), ...sent.headers },
    ...(body && { body: JSON.stringify(body.value) }),
  });
}

const KEY = { 'idempotency-key': 'slip-1' };
const ANY_BET = '01a203aa-93ed-7394-bba1-65f07fb629c1';
let nextPage = '';
let nextEvents = '';

function linkOf({ headers }: Answer): string {
  return /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? '';
}

async function withoutStore(send: () => Promise<Answer>): Promise<Answer> {
  proxy.cut();
  const answer = await send();
  proxy.restore();
  for (let tries = 1; (await service.get('/readyz')).status !== 200; tries += 1) {
    if (tries > 100) throw new Error('The service does not recover.');
    await delay(50);
  }
  return answer;
}

/** A bet whose record no version of the service could have written. */
async function readBrokenBet(): Promise<Answer> {
  const client = createClient(store.endpoint);
  const TableName = tableNames(tablePrefix).bets;
  const Key = { shard: '1', betId: ANY_BET };
  await client.send(new PutCommand({ TableName, Item: { ...Key, amountMinor: 'much' } }));
  const answer = await service.get(`/bets/${ANY_BET}`);
  await client.send(new DeleteCommand({ TableName, Key }));
  client.destroy();
  return answer;
}

const GUARD = { OPERATOR_TOKEN: 'only-for-operators', LOG_LEVEL: 'SILENT' };

/** Settles as somebody else than the operators, on a service that lets nobody else. */
async function settleAs(authorization: Record<string, string>): Promise<Answer> {
  const guarded = await startService(GUARD);
  const answer = await guarded.put('/events/sr:match:42', { status: 'WIN' }, authorization);
  await guarded.stop('SIGTERM');
  return answer;
}

async function settleManyBets(): Promise<Answer> {
  const event_id = 'sr:match:77';
  await times(200, 16, () => service.post('/bets', { event_id, amount: '1.00' }));
  const answer = await call('settleEvent', { path: { event_id } });
  const body = answer.body as { bets: { total: number; settled: number } };
  // The settlement loop may have begun already; the example tells of none.
  expect(body.bets.settled).toBeLessThanOrEqual(body.bets.total);
  return { ...answer, body: { ...body, bets: { ...body.bets, settled: 0 } } };
}

async function correctTooOften(): Promise<Answer> {
  const path = '/events/sr:match:99';
  for (let version = 1; version <= 100; version += 1) {
    await service.put(path, { status: version % 2 === 0 ? 'WIN' : 'LOSE' });
  }
  return service.put(path, { status: 'LOSE' });
}

/** Every example of an answer in the order of the story, and what leads to it. */
const STORY: [string, () => Promise<Answer>][] = [
  ['getEvent 404 event-not-found', () => call('getEvent')],
  ['getBet 404 bet-not-found', () => call('getBet')],
  ['placeBet 201 by-text', () => call('placeBet', { body: 'by-text' })],
  ['placeBet 201 by-number', () => call('placeBet', { body: 'by-number' })],
  ['placeBet 201 with-key', () => call('placeBet', { body: 'with-key', headers: KEY })],
  ['placeBet 201 replayed', () => call('placeBet', { body: 'with-key', headers: KEY })],
  [
    'placeBet 422 idempotency-key-reused',
    () => call('placeBet', { body: 'by-text', headers: KEY }),
  ],
  [
    'placeBet 422 invalid-request',
    () => service.post('/bets', { event_id: 'sr:match:42', amount: '1,5' }),
  ],
  ['placeBet 422 malformed-json', () => service.post('/bets', '{"event_id": 42,')],
  ['getBet 200 pending', () => call('getBet')],
  ['getEvent 200 open', () => call('getEvent')],
  ['getEvent 422 invalid-request', () => call('getEvent', { path: { event_id: 'a%20b' } })],
  [
    'listBets 200 first-page',
    async () => {
      const page = await call('listBets', { query: { limit: '2' } });
      nextPage = linkOf(page);
      return page;
    },
  ],
  ['listBets 200 last-page', () => service.get(nextPage)],
  ['listBets 422 invalid-request', () => call('listBets', { query: { limit: '0' } })],
  [
    'listEvents 200 first-page',
    async () => {
      const page = await call('listEvents', { query: { limit: '1' } });
      nextEvents = linkOf(page);
      return page;
    },
  ],
  ['listEvents 200 last-page', () => service.get(nextEvents)],
  ['listEvents 422 invalid-request', () => call('listEvents', { query: { state: 'won' } })],
  [
    'settleEvent 412 version-mismatch',
    () => call('settleEvent', { headers: { 'if-match': '"1"' } }),
  ],
  ['settleEvent 422 invalid-request', () => service.put('/events/sr:match:42', { status: 'DRAW' })],
  ['settleEvent 401 unauthorized', () => settleAs({})],
  ['settleEvent 403 forbidden', () => settleAs({ authorization: 'Bearer of-nobody' })],
  ['settleEvent 422 malformed-json', () => service.put('/events/sr:match:42', 'WIN')],
  ['settleEvent 200 first-result', () => call('settleEvent', { body: 'first-result' })],
  [
    'listBets 200 won-on-event',
    () => call('listBets', { query: { event_id: 'sr:match:42', status: 'won' } }),
  ],
  ['getBet 200 won', () => call('getBet')],
  ['placeBet 409 event-settled', () => call('placeBet', { body: 'by-text' })],
  [
    'settleEvent 200 correction',
    () => call('settleEvent', { body: 'correction', headers: { 'if-match': '"1"' } }),
  ],
  ['getEvent 200 corrected', () => call('getEvent')],
  ['listEvents 200 in-state', () => call('listEvents', { query: { state: 'settled' } })],
  ['settleEvent 202 many-bets', settleManyBets],
  ['settleEvent 409 correction-limit', correctTooOften],
  ['getLiveness 200 alive', () => call('getLiveness')],
  ['getReadiness 200 ready', () => call('getReadiness')],
  ['getReadiness 503 not-ready', () => withoutStore(() => call('getReadiness'))],
  ['BodyTooLarge body-too-large', () => service.post('/bets', `"${'x'.repeat(65_536)}"`)],
  [
    'UnsupportedMediaType unsupported-media-type',
    () => call('placeBet', { headers: { 'content-type': 'text/plain' } }),
  ],
  [
    'HeadersTooLarge headers-too-large',
    () => sendRaw(service.url, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`),
  ],
  [
    'ExpectationFailed expectation-failed',
    () => sendRaw(service.url, 'GET /bets HTTP/1.1\r\nhost: x\r\nexpect: a-tip\r\n\r\n'),
  ],
  ['MalformedRequest malformed-request', () => service.get('/events/%')],
  ['Internal internal', readBrokenBet],
  ['Unavailable unavailable', () => withoutStore(() => call('getBet'))],
  ['RequestTimeout request-timeout', () => slow],
  ['Problem route-not-found', () => service.get('/wagers')],
  ['Problem method-not-allowed', () => service.call('/bets', { method: 'DELETE' })],
];

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi.json');

/** Headers of HTTP itself, and those that the document's introduction tells of for every answer. */
const COMMON_HEADERS = new Set([
  ...['connection', 'content-length', 'content-type', 'date', 'keep-alive'],
  ...['cache-control', 'content-security-policy', 'referrer-policy', 'strict-transport-security'],
  ...['x-content-type-options', 'x-frame-options'],
]);
const seenHeaders = new Map<string, Set<string>>();

describe('the document tells the story of an evening, and the service lives it:', () => {
  const examples = answerExamples();

  it('has a place for every example', () => {
    expect(STORY.map(([name]) => name).sort()).toEqual([...examples.keys()].sort());
  });

  it('has an answer for every example of a body', () => {
    for (const { operation } of calls) {
      const bodies = operation.requestBody?.content['application/json']?.examples ?? {};
      for (const body of Object.keys(bodies)) {
        const answers = [...examples.keys()].filter(
          (name) => name.startsWith(operation.operationId) && name.endsWith(` ${body}`),
        );
        expect(answers).toHaveLength(1);
      }
    }
  });

  it.each(STORY)('%s', async (name, live) => {
    const example = examples.get(name);

    const answer = await live();

    expect(answer.status).toBe(example?.status);
    expect(answer.headers.get('content-type')).toBe(example?.mediaType);
    expect(story.differences(example?.value, answer.body)).toEqual([]);
    const headers = [...answer.headers.keys()].filter((each) => !COMMON_HEADERS.has(each));
    expect(example?.headers.map((each) => each.toLowerCase())).toEqual(
      expect.arrayContaining(headers),
    );
    const response = name.replace(/ \S+$/, '');
    seenHeaders.set(response, new Set([...(seenHeaders.get(response) ?? []), ...headers]));
    const valid = ajv.getSchema(`openapi.json${example?.schema}`);
    expect([valid?.(answer.body), valid?.errors]).toEqual([true, null]);
  });

  it('has shown every header that it tells of', () => {
    const told = [...examples].map(([name, { headers }]): [string, string[]] => [
      name.replace(/ \S+$/, ''),
      headers.map((each) => each.toLowerCase()).sort(),
    ]);
    const shown = [...seenHeaders].map(([name, headers]) => [name, [...headers].sort()]);

    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(told));
  });

  it('shows the next page by the header as it is in the example', () => {
    const [, example] = Object.entries(Reflect.get(document.components, 'headers') as object).find(
      ([name]) => name === 'Link',
    ) as [string, { example: string }];

    expect(story.differences(example.example, `<${nextPage}>; rel="next"`)).toEqual([]);
  });
});

describe('an example of a parameter is taken:', () => {
  const parameters = calls.flatMap(({ operation }) =>
    (operation.parameters ?? []).flatMap((parameter) => {
      const schema = document.components.schemas[parameter.schema.$ref.split('/').at(-1) ?? ''];
      return (schema?.examples ?? []).map((value): [string, string, string, string] => [
        operation.operationId,
        parameter.in,
        parameter.name,
        String(value),
      ]);
    }),
  );

  it('there are some', () => {
    expect(new Set(parameters.map(([, , name]) => name))).toEqual(
      new Set(['limit', 'event_id', 'status', 'state', 'Idempotency-Key', 'If-Match']),
    );
  });

  it.each(parameters)('%s %s %s: %s', async (operationId, place, name, value) => {
    const sent = place === 'query' ? { query: { [name]: value } } : { headers: { [name]: value } };

    // Events of their own: the story's have results.
    const answer =
      operationId === 'placeBet'
        ? await service.post('/bets', { event_id: 'other', amount: 1 }, sent.headers)
        : await call(operationId, { ...sent, path: { event_id: 'parameters' } });

    expect(answer.status).toBeLessThan(300);
  });
});
