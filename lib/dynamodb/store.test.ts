import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { broken, mockedSession, refused, sent } from '../../tests/support/dynamodb.ts';
import { betIdOf, NOON, placedBet } from '../../tests/support/samples.ts';
import type { Bets, BetStore, Events, Fences } from '../bets/store.ts';
import { createDynamodbStore } from './store.ts';

const { dynamodb, session } = mockedSession();
const random = (): number => 0.5;
const { signal } = session.wait;
const options = { clock: { deadline: () => ({ signal, [Symbol.dispose]: () => {} }) }, random };
const newStore = (): BetStore =>
  createDynamodbStore(session.client, 'test-', options).until(session.wait);

const event = { eventId: 'e', fences: 1 };
const behind = { eventId: 'e', fence: 0 };
const result = { outcome: 'WIN' as const, decidedAt: NOON };
const decision = { id: 'decision-1', ...result };
const from = { version: 0, bets: 0, stakedMinor: 0n };

type CallName =
  | `bets.${keyof Bets}`
  | `fences.${keyof Fences}`
  | `events.${keyof Events}`
  | Exclude<keyof BetStore, 'bets' | 'fences' | 'events'>;
const CALLS: Record<CallName, (store: BetStore) => Promise<unknown>> = {
  'bets.insert': ({ bets }) => bets.insert({ bet: placedBet(1), fences: 1 }),
  'bets.find': ({ bets }) => bets.find([betIdOf(1)]),
  'bets.findPlaced': ({ bets }) => bets.findPlaced(betIdOf(1), undefined),
  'bets.newest': ({ bets }) => bets.newest('0', {}, 1),
  'bets.newestIds': ({ bets }) => bets.newestIds(behind, {}, 1),
  'bets.oldestIds': ({ bets }) => bets.oldestIds(behind, undefined, 1),
  'bets.storeResult': ({ bets }) => bets.storeResult([betIdOf(1)], { ...result, version: 1 }),
  'fences.create': ({ fences }) => fences.create(event, 0),
  'fences.find': ({ fences }) => fences.find([event]),
  'fences.findAtRest': ({ fences }) => fences.findAtRest([event]),
  'fences.close': ({ fences }) => fences.close(event, NOON),
  'fences.markSwept': ({ fences }) => fences.markSwept(behind, 1),
  'events.find': ({ events }) => events.find(['e']),
  'events.findResults': ({ events }) => events.findResults(['e']),
  'events.enlist': ({ events }) => events.enlist('e', NOON),
  'events.widen': ({ events }) => events.widen(event, 4),
  'events.listed': ({ events }) => events.listed('0', undefined, 1),
  'events.listedBy': ({ events }) => events.listedBy('result', '0', undefined, 1),
  'events.noteIntent': ({ events }) => events.noteIntent('e', decision),
  'events.putInForce': ({ events }) => events.putInForce('e', decision, from),
  'events.setAside': ({ events }) => events.setAside('e', 1, NOON),
  'events.finishSettlement': ({ events }) => events.finishSettlement('e', 1),
  'events.unfinished': ({ events }) => events.unfinished('oldest-first', undefined, 1),
  checkLayout: (store) => store.checkLayout(),
  verifyLayout: (store) => store.verifyLayout(),
};

describe.each(Object.entries(CALLS))('%s', (_name, call) => {
  it('is unavailable when the store is, after one command', async () => {
    const cause = broken('ECONNRESET');
    dynamodb.rejects(cause);

    await expect(call(newStore())).rejects.toMatchObject({ code: 'unavailable', cause });
    expect(sent(dynamodb)).toHaveLength(1);
  });

  it('passes a refused command on as the bug it is', async () => {
    const bug = refused('ValidationException');
    dynamodb.rejects(bug);

    await expect(call(newStore())).rejects.toBe(bug);
  });
});

describe('the stores of all requests', () => {
  it('store their bets together', async () => {
    const store = createDynamodbStore(session.client, 'test-', options);
    dynamodb.on(TransactWriteCommand).resolves({});

    const bets = Array.from({ length: 20 }, (_, number) => placedBet(number));
    await Promise.all(bets.map((bet) => store.until(session.wait).bets.insert({ bet, fences: 1 })));

    expect(sent(dynamodb).length).toBeLessThan(bets.length);
  });
});
