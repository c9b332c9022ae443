import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { getEvent } from '../lib/http/calls/getEvent.ts';
import { EVENT_FAULT, invalidAnswer, jsonAnswer } from '../tests/support/apiEvent.ts';
import { sent } from '../tests/support/dynamodb.ts';
import { serve } from '../tests/support/handlers.ts';
import { NOON_TEXT } from '../tests/support/samples.ts';

const LATER = '2026-11-22T13:00:00.000Z';
const asking = (event_id: string) => {
  return { path: `/events/${event_id}`, pathParameters: { event_id } };
};

describe('GET /events/{event_id+}', () => {
  it('shows how far the settlement of an event has come', async () => {
    const { dynamodb, ask } = serve(getEvent);
    const item = {
      eventId: 'sr:match:42',
      listKey: `${NOON_TEXT} sr:match:42`,
      fences: 16n,
      outcome: 'WIN',
      decidedAt: LATER,
      version: 2n,
      state: 'settling',
      bets: 5n,
      stakedMinor: 5250n,
      history: [
        { id: 'decision-1', outcome: 'LOSE', decidedAt: NOON_TEXT, version: 1n },
        { id: 'decision-2', outcome: 'WIN', decidedAt: LATER, version: 2n },
      ],
    };
    const fences = [
      { eventFence: 'sr:match:42#3', placed: 2n, stakedMinor: 2100n, sweptVersion: 2n },
      { eventFence: 'sr:match:42#9', placed: 3n, stakedMinor: 3150n, sweptVersion: 1n },
    ];
    dynamodb
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { 'bet-maker-events': [item] } })
      .resolvesOnce({ Responses: { 'bet-maker-fences': fences } });

    const answer = await ask(asking('sr:match:42'));

    const event = {
      event_id: 'sr:match:42',
      status: 'WIN',
      version: 2,
      state: 'settling',
      bets: { total: 5, settled: 2, staked: '52.50' },
      history: [
        { status: 'LOSE', version: 1, decided_at: NOON_TEXT },
        { status: 'WIN', version: 2, decided_at: LATER },
      ],
    };
    expect(answer).toEqual(
      jsonAnswer(200, event, { etag: expect.stringMatching(/^"2-[\w-]{22}"$/) }),
    );
    const Keys = [{ eventId: 'sr:match:42' }];
    expect(sent(dynamodb)[0]).toEqual([
      'BatchGetCommand',
      { RequestItems: { 'bet-maker-events': { Keys, ConsistentRead: true } } },
    ]);
  });

  it('refuses what cannot be the id of an event', async () => {
    const { dynamodb, ask } = serve(getEvent);

    const answer = await ask(asking('a\n'));

    const fault = { in: 'path' as const, pointer: '#/event_id', detail: EVENT_FAULT };
    expect(answer).toEqual(invalidAnswer(fault));
    expect(sent(dynamodb)).toEqual([]);
  });
});
