import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type EmbeddedStore, startEmbeddedStore } from '../../infra/local/embeddedStore.ts';
import { isEventId } from '../../lib/bets/eventId.ts';
import { readConfig } from '../../lib/config.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { betBody, betListBody, eventBody } from '../../lib/http/bodies.ts';
import { placeBet } from '../../lib/http/calls/placeBet.ts';
import { createService, type Service } from '../../lib/service.ts';
import { REFUSED, REFUSED_NUMBERS, TAKEN, TAKEN_NUMBERS } from '../support/eventIds.ts';
import { feedOf } from '../support/feed.ts';
import { silentObserver } from '../support/observers.ts';
import { eventOf, golden } from './goldenRequests.ts';
import { throughHandler, throughHttp, throughServerlessHttp, type Way } from './ways.ts';

const WAYS: [string, Way][] = [
  ['over HTTP', throughHttp],
  ['by its Lambda handlers', throughHandler],
  ['under serverless-http', throughServerlessHttp],
];

let store: EmbeddedStore;
let client: DynamoDBDocumentClient;
let service: Service;
beforeAll(async () => {
  store = await startEmbeddedStore();
  client = createClient(store.endpoint);
});
afterAll(async () => {
  client.destroy();
  await store.close();
});

/** A service on a store of its own: each way meets each event for the first time. */
async function newService(): Promise<Service> {
  const config = readConfig({ TABLE_PREFIX: `${randomUUID()}-`, LOG_LEVEL: 'SILENT' });
  await createMissingTables(client, config.tablePrefix);
  return createService(config, { client, observer: silentObserver });
}

const JSON_TYPE: [string, string][] = [['Content-Type', 'application/json']];

/** The calls of a partner who writes ids into paths and queries as every client library does. */
function partner(way: Way) {
  const ask = async (request: ReturnType<typeof golden>) => {
    const { status, headers, body } = await way(service, request);
    return { status, link: headers['link'], body: JSON.parse(body.toString()) as unknown };
  };
  const inPath = (id: string): string => `/events/${encodeURIComponent(id)}`;
  const get = (target: string) => ask(golden('list', 200, ['GET', target], 'GET /bets'));
  return {
    /** `json` is the id as it stands in the body. */
    place: (json: string, name = 'event_id') => {
      const body = `{"${name}":${json},"amount":"1"}`;
      const more = { headers: JSON_TYPE, body };
      return ask(golden('place', 201, ['POST', '/bets'], 'POST /bets', more));
    },
    settle: (id: string) => {
      const more = { headers: JSON_TYPE, body: '{"status":"WIN"}', event: eventOf(id) };
      return ask(golden('settle', 200, ['PUT', inPath(id)], 'PUT /events/{event_id+}', more));
    },
    read: (id: string) => {
      const route = 'GET /events/{event_id+}';
      return ask(golden('read', 200, ['GET', inPath(id)], route, { event: eventOf(id) }));
    },
    list: (id: string) => get(`/bets?limit=1&event_id=${encodeURIComponent(id)}`),
    follow: (link: string | undefined) => get(`/bets${/^<([^>]+)>/.exec(link ?? '')?.[1]}`),
  };
}

const problemBody = z.looseObject({
  errors: z.array(z.object({ in: z.string(), pointer: z.string(), detail: z.string() })),
});
const faultsOf = (body: unknown) => problemBody.parse(body).errors;

/** The `rawPath` of API Gateway is decoded: serverless-http makes no URL of what these were. */
const isInPath = (way: Way, id: string): boolean =>
  way !== throughServerlessHttp || !/[%?]|\s$/.test(id);

/** Those of `eventIds.ts`, and some of each style of a feed. */
const FED = feedOf(2_711, 40).flatMap(({ id, taken }) => (taken ? [id] : []));
const ALL_TAKEN = [...new Set([...TAKEN, ...FED])];

describe.each(WAYS)('%s, the id of an event', (_way, way) => {
  const { place, settle, read, list, follow } = partner(way);
  beforeAll(async () => {
    service = await newService();
  });

  it.each(ALL_TAKEN)('is taken, settled, listed, paged and read as it was sent: %j', async (id) => {
    const placed = [await place(JSON.stringify(id)), await place(JSON.stringify(id), 'eventId')];
    const first = await list(id);
    const second = await follow(first.link);
    const settled = isInPath(way, id) ? [await settle(id), await read(id)] : [];

    const bets = placed.map(({ body }) => betBody.parse(body));
    expect(bets.map(({ event_id }) => event_id)).toEqual([id, id]);
    const listed = [first, second].flatMap(({ body }) => betListBody.parse(body));
    expect(listed).toEqual(bets.toReversed());
    expect(second.link).toBeUndefined();
    for (const { body } of settled) {
      const { event_id, status, bets: counted } = eventBody.parse(body);
      expect({ event_id, status, total: counted.total }).toEqual({
        event_id: id,
        status: 'WIN',
        total: 2,
      });
    }
  });

  it.each(REFUSED)('is refused with the character and its place: %j', async (id) => {
    const placed = await place(JSON.stringify(id));

    expect(placed.status).toBe(422);
    expect(faultsOf(placed.body)).toEqual([
      {
        in: 'body',
        pointer: '#/event_id',
        detail: expect.stringMatching(
          /^must not (be empty$|be \. or \.\. because|have U\+[0-9A-F]{4} as character \d: it is )/,
        ),
      },
    ]);
  });

  // What is not whole cannot be written into a path, and an empty id is another path.
  it.each(REFUSED.filter((id) => id.isWellFormed() && id !== '' && isInPath(way, id)))(
    'is refused in paths and queries too: %j',
    async (id) => {
      const answers = [await list(id), await read(id), await settle(id)];

      expect(answers.map(({ status }) => status)).toEqual([422, 422, 422]);
      expect(answers.flatMap(({ body }) => faultsOf(body))).toMatchObject([
        { in: 'query', pointer: '#/event_id' },
        { in: 'path', pointer: '#/event_id' },
        { in: 'path', pointer: '#/event_id' },
      ]);
    },
  );
});

describe.each(WAYS)('%s, a number as the id of an event', (_way, way) => {
  const { place, read } = partner(way);
  beforeAll(async () => {
    service = await newService();
  });

  it.each(Object.entries(TAKEN_NUMBERS))(
    'may be the number %s, which means %j',
    async (sent, id) => {
      const placed = await place(sent);

      const event = await read(id);
      expect(betBody.parse(placed.body).event_id).toBe(id);
      expect(eventBody.parse(event.body).event_id).toBe(id);
    },
  );

  it.each(REFUSED_NUMBERS)('is not the number %s', async (sent) => {
    const placed = await place(sent);

    expect(placed.status).toBe(422);
  });
});

describe('the page of event ids', () => {
  it('shows ids that are taken, and as many bytes and digits as an id may have', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/event-ids.md'), 'utf8');

    const shown = /All of these are fine: ([^]*?)\n\n/.exec(page)?.[1] ?? '';
    const ids = [...shown.matchAll(/`([^`]+)`/g)].map(([, id = '']) => id.replaceAll('\n', ' '));
    const refused = ids.filter((id) => !isEventId(id));
    expect(ids.length).toBeGreaterThan(8);
    expect(refused).toEqual([]);
    expect(page).toContain('a text of 1 to 256 bytes in UTF-8');
    expect(page).toContain('an integer of at most 128 digits');
  });
});

describe('a feed of 5,000 ids in twenty styles', () => {
  it('is taken id by id as it is, or refused with a reason that names a character', () => {
    const feed = feedOf(606_531_368, 5_000);

    const judged = feed.map(({ style, id }) => {
      const { success, data, error } = placeBet.request.body.safeParse({
        event_id: id,
        amount: '1',
      });
      const reason = error?.issues.map(({ message }) => message).join();
      return { style, taken: success && data.event_id === id, reason };
    });

    expect(judged.map(({ style, taken }) => [style, taken])).toEqual(
      feed.map(({ style, taken }) => [style, taken]),
    );
    expect(new Set(feed.map(({ style }) => style)).size).toBe(20);
    const reasons = Map.groupBy(judged, ({ style }) => style);
    expect(reasonOf(reasons, 'a line with its end')).toEqual([
      'must not have U+000D as character 7: it is a control character',
    ]);
    expect(reasonOf(reasons, 'a cell with its space')).toEqual([
      'must not have U+0020 as character 1: it is white space at an end of the id',
    ]);
    expect(reasonOf(reasons, 'a name with a mark of direction')).toEqual([
      'must not have U+202B as character 1: it is a bidirectional control, which makes one id ' +
        'look like another',
    ]);
    expect(reasonOf(reasons, 'a text that was cut in a character')).toEqual(
      expect.arrayContaining([
        'must not have U+D83C as character 4: it is half of a character (a lone surrogate)',
      ]),
    );
  });
});

type Judged = { reason: string | undefined };
const reasonOf = (styles: Map<string, Judged[]>, style: string) => [
  ...new Set(styles.get(style)?.map(({ reason }) => reason)),
];
