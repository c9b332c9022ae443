import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { getEvent } from '../../lib/bets/readEvents.ts';
import { resumeSettlements } from '../../lib/bets/resumeSettlements.ts';
import { type Meter, measure } from '../../lib/metrics.ts';
import { keptLog } from '../support/keptLog.ts';
import { type OpenStore, openStore } from '../support/openStore.ts';
import { placedBet } from '../support/samples.ts';

const OTHERS = 200;
const { logger, lines } = keptLog();
/** What the metrics are at the end of a run. */
const measured = new Map<string, number>();
const meter: Meter = {
  add: (name, value) => void measured.set(name, (measured.get(name) ?? 0) + value),
  set: (name, value) => void measured.set(name, value),
  flush() {},
};

let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore({ observer: measure(meter, logger) });
});
afterAll(() => opened[Symbol.asyncDispose]());

/** An event with a bet and a result, which the bet does not show yet. */
const leaveSettling = (eventId: string, number: number, into = opened) =>
  into.run(async ({ store, now }) => {
    const event = await store.events.enlist(eventId, now() + number);
    await store.fences.create(event, 0);
    const bet = placedBet(number, { eventId });
    await store.bets.insert({ bet, fences: 1 });
    const decision = { id: 'decision', outcome: 'WIN' as const, decidedAt: now() };
    const noted = (await store.events.noteIntent(eventId, decision)) ?? event;
    await store.fences.close(noted, now());
    const from = { version: 0, bets: 1, stakedMinor: bet.amountMinor };
    await store.events.putInForce(eventId, decision, from);
  });

/** Past the service, as a restored table may have it. */
const raiseFence = (eventId: string, by = 1) =>
  opened.client.send(
    new UpdateCommand({
      TableName: opened.tables.fences,
      Key: { eventFence: `${eventId}#0` },
      UpdateExpression: 'SET placed = placed + :by',
      ExpressionAttributeValues: { ':by': by },
    }),
  );

it('names a torn event within two runs, while 200 other settlements end beside it', async () => {
  // It is the oldest, so that all the others come after it.
  await leaveSettling('torn', 0);
  await raiseFence('torn');
  const others = Array.from({ length: OTHERS }, (_, number) => `other-${number}`);
  for (const [index, eventId] of others.entries()) await leaveSettling(eventId, index + 1);

  const first = await opened.run(resumeSettlements);
  const second = await opened.run(resumeSettlements);

  const finished = [...first.finished, ...second.finished];
  expect(finished.toSorted()).toEqual(others.toSorted());
  expect(second).toEqual({ found: 1, finished: [], torn: ['torn'] });
  expect(measured.get('TornSettlements')).toBe(1);
  expect(measured.get('BetsSettled')).toBe(OTHERS + 1);
  const logged = lines.map((line) => JSON.parse(line));
  const torn = { eventId: 'torn', version: 1, bets: 1, settled: 1, end: 'counts-differ' };
  expect(logged.filter(({ level }) => level === 'ERROR')).toMatchObject([torn]);
  expect(logged.filter(({ level }) => level === 'WARN')).toMatchObject([torn, torn]);
  expect(await opened.run(getEvent, 'torn')).toMatchObject({ outcome: 'WIN', state: 'settling' });
});

it('ends a torn event once its counts are mended', async () => {
  await leaveSettling('mended', OTHERS + 1);
  await raiseFence('mended');
  await opened.run(resumeSettlements);
  await opened.run(resumeSettlements);

  await raiseFence('mended', -1);
  const { finished } = await opened.run(resumeSettlements);

  expect(finished).toEqual(['mended']);
  expect(await opened.run(getEvent, 'mended')).toMatchObject({ outcome: 'WIN', state: 'settled' });
});

it('names an event that cannot be read in every run, and ends the others beside it', async () => {
  await using own = await openStore({ observer: measure(meter, logger) });
  await leaveSettling('unreadable', 0, own);
  await leaveSettling('beside', 1, own);
  const setFences = (fences: unknown) =>
    own.client.send(
      new UpdateCommand({
        TableName: own.tables.events,
        Key: { eventId: 'unreadable' },
        UpdateExpression: 'SET fences = :fences',
        ExpressionAttributeValues: { ':fences': fences },
      }),
    );
  await setFences('one');
  const logged = lines.length;

  const first = await own.run(resumeSettlements);
  const second = await own.run(resumeSettlements);
  const torn = measured.get('TornSettlements');
  await setFences(1);
  const third = await own.run(resumeSettlements);

  expect(first).toEqual({ found: 2, finished: ['beside'], torn: ['unreadable'] });
  expect(second).toEqual({ found: 1, finished: [], torn: ['unreadable'] });
  expect(torn).toBe(1);
  expect(third).toEqual({ found: 1, finished: ['unreadable'], torn: [] });
  const errors = lines.slice(logged).map((line) => JSON.parse(line));
  const named = { level: 'ERROR', table: 'events', eventId: 'unreadable' };
  expect(errors).toMatchObject([named, named]);
});
