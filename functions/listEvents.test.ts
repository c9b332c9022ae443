import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { encodeEventCursor } from '../lib/http/cursor.ts';
import {
  apiEvent,
  context,
  INTERNAL,
  problemAnswer,
  read,
  type ReadAnswer,
  REQUEST_ID,
  taggedAnswer,
  UNAVAILABLE,
} from '../tests/support/apiEvent.ts';
import { broken, sent } from '../tests/support/dynamodb.ts';
import { handlerWorld, NOON_TEXT } from '../tests/support/handlers.ts';
import { handler } from './listEvents.ts';

const { dynamodb, errors } = handlerWorld();

const activity = (eventId: string, minute: string): string =>
  `2026-11-22T12:${minute}:00.000Z ${eventId}`;
const OPEN = { eventId: 'open', activity: activity('open', '03') };
const OVER = { eventId: 'over', activity: activity('over', '02') };
const OLD = { eventId: 'old', activity: activity('old', '01') };

/** The index, by state. */
function list(state: string, ...Items: { eventId: string; activity?: string }[]): void {
  dynamodb.on(QueryCommand, { ExpressionAttributeValues: { ':state': state } }).resolves({
    Items: Items.map(({ eventId, activity: at }) => ({ eventId, activity: at, state })),
  });
}

function hold(): void {
  list('open', OPEN, OLD);
  list('settling');
  list('settled', OVER);
  const verdict = { id: 'decision-1', outcome: 'LOSE', decidedAt: NOON_TEXT, version: 1n };
  const over = {
    ...OVER,
    outcome: 'LOSE',
    decidedAt: NOON_TEXT,
    version: 1n,
    state: 'settled',
    bets: 3n,
    stakedMinor: 3150n,
    history: [verdict],
  };
  const events = [over, { ...OPEN, state: 'open' }, { ...OLD, state: 'open' }];
  const fences = [{ eventFence: 'any#3', placed: 2n, stakedMinor: 2100n }];
  dynamodb
    .on(BatchGetCommand)
    .resolves({ Responses: { 'bet-maker-events': events, 'bet-maker-fences': fences } });
}

const openEvent = (event_id: string): object => ({
  event_id,
  status: null,
  version: 0,
  state: 'open',
  bets: { total: 2, settled: 0, staked: '21.00' },
  history: [],
});
const overEvent = {
  event_id: 'over',
  status: 'LOSE',
  version: 1,
  state: 'settled',
  bets: { total: 3, settled: 3, staked: '31.50' },
  history: [{ status: 'LOSE', version: 1, decided_at: NOON_TEXT }],
};

async function get(query?: Record<string, string>): Promise<ReadAnswer> {
  const path = '/events';
  return read(await handler(apiEvent(query === undefined ? { path } : { path, query }), context));
}

const pageIn = (state: string, Limit: number): [string, object] => [
  'QueryCommand',
  {
    TableName: 'bet-maker-events',
    IndexName: 'byState',
    KeyConditionExpression: '#state = :state',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':state': state },
    ScanIndexForward: false,
    Limit,
  },
];
const readingEvents = (...eventIds: string[]): [string, object] => [
  'BatchGetCommand',
  {
    RequestItems: {
      'bet-maker-events': {
        Keys: eventIds.map((eventId) => ({ eventId })),
        ConsistentRead: true,
      },
    },
  },
];
const readingFences = (eventId: string): [string, object] => [
  'BatchGetCommand',
  {
    RequestItems: {
      'bet-maker-fences': {
        Keys: Array.from({ length: 64 }, (_, fence) => ({ eventFence: `${eventId}#${fence}` })),
        ConsistentRead: true,
      },
    },
  },
];

describe('GET /events', () => {
  it('is an empty array before the first bet', async () => {
    for (const state of ['open', 'settling', 'settled']) list(state);

    expect(await get()).toEqual(taggedAnswer(200, []));
    // 101 events from 3 states: 33.7 each and four standard deviations more.
    expect(sent(dynamodb)).toEqual(
      ['open', 'settling', 'settled'].map((state) => pageIn(state, 57)),
    );
  });

  it('shows the events, newest activity first, with the fences of those that are open', async () => {
    hold();

    const answer = await get();

    expect(answer).toEqual(taggedAnswer(200, [openEvent('open'), overEvent, openEvent('old')]));
    expect(sent(dynamodb).slice(3)).toEqual([
      readingEvents('open', 'over', 'old'),
      readingFences('open'),
      readingFences('old'),
    ]);
  });

  it('leads to the next page, bound to the state', async () => {
    hold();

    const answer = await get({ limit: '1', state: 'open' });

    const cursor = encodeEventCursor(OPEN.activity, 'open');
    expect(answer).toEqual(
      taggedAnswer(200, [openEvent('open')], {
        link: `</events?limit=1&state=open&cursor=${cursor}>; rel="next"`,
      }),
    );
    const next = { ':state': 'open', ':before': OPEN.activity };
    dynamodb.on(QueryCommand, { ExpressionAttributeValues: next }).resolves({ Items: [OLD] });
    expect(await get({ limit: '1', state: 'open', cursor })).toEqual(
      taggedAnswer(200, [openEvent('old')]),
    );
  });

  it.each([
    [{ limit: '0' }, '#/limit', 'must be an integer from 1 to 100'],
    [{ limit: '101' }, '#/limit', 'must be an integer from 1 to 100'],
    [{ state: 'won' }, '#/state', 'must be open, settling or settled'],
    [
      { cursor: 'abc' },
      '#/cursor',
      'must be a cursor from the Link header of a page with the same state',
    ],
    [
      { cursor: encodeEventCursor(OPEN.activity, 'open') },
      '#/cursor',
      'must be a cursor from the Link header of a page with the same state',
    ],
    [{ event_id: '1' }, '#/event_id', 'is not known'],
  ])('refuses %j', async (query, pointer, detail) => {
    expect(await get(query)).toEqual(
      problemAnswer(
        422,
        'invalid-request',
        'The request is not valid',
        `Not valid: query ${pointer}.`,
        [{ in: 'query', pointer, detail }],
      ),
    );
    expect(sent(dynamodb)).toEqual([]);
  });

  it('tells a client that has the page already that nothing has changed', async () => {
    hold();
    const { headers } = await get();

    const again = apiEvent({
      path: '/events',
      headers: { 'if-none-match': headers['etag'] ?? '' },
    });

    expect(await handler(again, context)).toMatchObject({ statusCode: 304, body: '' });
  });

  it('asks to come back when the store is away', async () => {
    dynamodb.on(QueryCommand).rejects(broken('ECONNREFUSED'));

    expect(await get()).toEqual(UNAVAILABLE);
  });

  it('hides what it does not understand in the table, and logs it once', async () => {
    list('open', { eventId: 'open' });
    list('settling');
    list('settled');

    expect(await get()).toEqual(INTERNAL);
    expect(errors.mock.calls).toEqual([
      ['A request failed', { requestId: REQUEST_ID, error: expect.any(Error) }],
    ]);
  });
});
