import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { listEvents } from '../lib/http/calls/listEvents.ts';
import { sealCursor } from '../lib/http/paging.ts';
import { invalidAnswer, taggedAnswer } from '../tests/support/apiEvent.ts';
import { sent } from '../tests/support/dynamodb.ts';
import { serve } from '../tests/support/handlers.ts';
import { NOON_TEXT } from '../tests/support/samples.ts';

const NEWEST = { eventId: 'a', listKey: '2026-11-22T12:02:00.000Z a' };
const OLDEST = { eventId: 'b', listKey: '2026-11-22T12:01:00.000Z b' };
const CURSOR = sealCursor(Buffer.from(NEWEST.listKey), 'events\nsettled');

describe('GET /events', () => {
  it('shows a page of a state, and leads to the next', async () => {
    const { dynamodb, ask } = serve(listEvents);
    const item = {
      ...NEWEST,
      fences: 1n,
      state: 'settled',
      outcome: 'LOSE',
      decidedAt: NOON_TEXT,
      version: 1n,
      bets: 3n,
      stakedMinor: 3150n,
      history: [{ id: 'decision-1', outcome: 'LOSE', decidedAt: NOON_TEXT, version: 1n }],
    };
    const inShard = (shard: string) => ({
      ExpressionAttributeValues: { ':key': `result#${shard}` },
    });
    dynamodb.on(QueryCommand).resolves({});
    // SHA-256 of "a" begins with c, and that of "b" with 3, by OpenSSL.
    dynamodb.on(QueryCommand, inShard('c')).resolves({ Items: [NEWEST] });
    dynamodb.on(QueryCommand, inShard('3')).resolves({ Items: [OLDEST] });
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
    const link = `<?limit=1&state=settled&cursor=${CURSOR}>; rel="next"`;
    expect(answer).toEqual(taggedAnswer([event], { link }));
  });

  it('begins a page of all events below the place that its cursor names', async () => {
    const { dynamodb, ask } = serve(listEvents);
    dynamodb.on(QueryCommand).resolves({});

    const cursor = sealCursor(Buffer.from(NEWEST.listKey), 'events\n');
    const answer = await ask({ path: '/events', query: { limit: '1', cursor } });

    expect(answer).toEqual(taggedAnswer([]));
    expect(sent(dynamodb)).toEqual(
      '0123456789abcdef'.split('').map((shard) => [
        'QueryCommand',
        {
          TableName: 'bet-maker-eventList',
          KeyConditionExpression: '#key = :key AND listKey < :beyond',
          ExpressionAttributeNames: { '#key': 'shard' },
          ExpressionAttributeValues: { ':key': shard, ':beyond': NEWEST.listKey },
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: 2,
        },
      ]),
    );
  });

  const CURSOR_RULE = 'must be a cursor from the Link header of a page with the same state';

  it.each<[Record<string, string>, string, string]>([
    [{ limit: '101' }, '#/limit', 'must be an integer from 1 to 100'],
    [{ state: 'won' }, '#/state', 'must be open, settling or settled'],
    [{ cursor: CURSOR }, '#/cursor', CURSOR_RULE],
    [{ event_id: '1' }, '#/event_id', 'is not one of limit, cursor, state'],
  ])('refuses the query %j', async (query, pointer, detail) => {
    const { dynamodb, ask } = serve(listEvents);

    const answer = await ask({ path: '/events', query });

    expect(answer).toEqual(invalidAnswer({ in: 'query', pointer, detail }));
    expect(sent(dynamodb)).toEqual([]);
  });
});
