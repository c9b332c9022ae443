import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { listEvents } from '../lib/http/calls/listEvents.ts';
import { sealCursor } from '../lib/http/paging.ts';
import { invalidAnswer, taggedAnswer } from '../tests/support/apiEvent.ts';
import { sent } from '../tests/support/dynamodb.ts';
import { serve } from '../tests/support/handlers.ts';
import { NOON_TEXT } from '../tests/support/samples.ts';

const NEWEST = { eventId: 'a', activity: '2026-11-22T12:02:00.000Z a', state: 'settled' };
const OLDEST = { eventId: 'b', activity: '2026-11-22T12:01:00.000Z b', state: 'settled' };
const CURSOR = sealCursor(Buffer.from(NEWEST.activity), 'events settled');

describe('GET /events', () => {
  it('shows a page of a state, and leads to the next', async () => {
    const { dynamodb, ask } = serve(listEvents);
    const item = {
      ...NEWEST,
      outcome: 'LOSE',
      decidedAt: NOON_TEXT,
      version: 1n,
      bets: 3n,
      stakedMinor: 3150n,
      history: [{ id: 'decision-1', outcome: 'LOSE', decidedAt: NOON_TEXT, version: 1n }],
    };
    dynamodb.on(QueryCommand).resolves({ Items: [NEWEST, OLDEST] });
    dynamodb.on(BatchGetCommand).resolves({ Responses: { 'bet-maker-events': [item] } });

    const answer = await ask({ path: '/events', query: { limit: '1', state: 'settled' } });

    const event = {
      event_id: 'a',
      status: 'LOSE',
      version: 1,
      state: 'settled',
      bets: { total: 3, settled: 3, staked: '31.50' },
      history: [{ status: 'LOSE', version: 1, decided_at: NOON_TEXT }],
    };
    const link = `</events?limit=1&state=settled&cursor=${CURSOR}>; rel="next"`;
    expect(answer).toEqual(taggedAnswer([event], { link }));
  });

  it('begins a page below the activity that its cursor names', async () => {
    const { dynamodb, ask } = serve(listEvents);
    dynamodb.on(QueryCommand).resolves({});

    const query = { limit: '1', state: 'settled', cursor: CURSOR };
    const answer = await ask({ path: '/events', query });

    expect(answer).toEqual(taggedAnswer([]));
    expect(sent(dynamodb)).toEqual([
      [
        'QueryCommand',
        {
          TableName: 'bet-maker-events',
          IndexName: 'byState',
          KeyConditionExpression: '#state = :state AND activity < :before',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':state': 'settled', ':before': NEWEST.activity },
          ScanIndexForward: false,
          Limit: 2,
        },
      ],
    ]);
  });

  const CURSOR_RULE = 'must be a cursor from the Link header of a page with the same state';

  it.each<[Record<string, string>, string, string]>([
    [{ limit: '101' }, '#/limit', 'must be an integer from 1 to 100'],
    [{ state: 'won' }, '#/state', 'must be open, settling or settled'],
    [{ cursor: CURSOR }, '#/cursor', CURSOR_RULE],
    [{ event_id: '1' }, '#/event_id', 'is not known'],
  ])('refuses the query %j', async (query, pointer, detail) => {
    const { dynamodb, ask } = serve(listEvents);

    const answer = await ask({ path: '/events', query });

    expect(answer).toEqual(invalidAnswer({ in: 'query', pointer, detail }));
    expect(sent(dynamodb)).toEqual([]);
  });
});
