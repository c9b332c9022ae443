import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  away,
  type CalmCloud,
  calmCloud,
  conflict,
  failing,
  type Fate,
  fenceClosed,
  twice,
} from '../../tests/support/calmCloud.ts';
import { betIdOf, NOON, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import type { Bet } from './bet.ts';
import { type Placed, placeBet, type PlaceRequest } from './placeBet.ts';
import { getEvent } from './readEvents.ts';
import { settleEvent } from './settleEvent.ts';

const eventId = 'sr:match:42';
const request: PlaceRequest = { eventId, amountMinor: 1050n };
const keyed: PlaceRequest = { ...request, idempotencyKey: 'key-1' };
/** SHA-256 of "sr:match:42 1050", by OpenSSL. */
const HASH = 'J5ez-VGt09cFc2sR1KHZ_tHquDmy-o_mmNjLPtjvhUY';
const stored = placedBet(0x1001);
const bet: Bet = { ...stored, status: 'pending' };

const SETTLED = {
  code: 'event-settled',
  message: 'Event sr:match:42 takes no more bets. It has a result, or one is on its way.',
};
const REUSED = {
  code: 'idempotency-key-reused',
  message: 'This key was used for a different bet.',
};

function place(cloud: CalmCloud, asked = request): Promise<Placed> {
  return cloud.run((context) => placeBet(context, asked));
}

function settle(cloud: CalmCloud): Promise<unknown> {
  return cloud.run((context) => settleEvent(context, { eventId, outcome: 'WIN' }));
}

/** The bet is stored, but its request hears of a conflict. */
const landsUnseen: Fate = (carryOut) => carryOut().then(() => conflict(carryOut));

describe('placeBet', () => {
  it('stores a pending bet, whose id tells its time, and lists its event before it', async () => {
    const cloud = calmCloud();

    const placed = await place(cloud);

    expect(placed).toEqual({ bet, replayed: false });
    expect(cloud.told).toEqual([['betPlaced', 1050n]]);
    expect(cloud.calls()).toEqual(['findEvents', 'enter', 'enlist', 'create', 'insert']);
    expect(await cloud.run(({ store }) => store.bets.find([bet.id]))).toEqual([stored]);
    expect(cloud.all('events')).toMatchObject([{ listKey: `${NOON_TEXT} ${eventId}` }]);
    expect(cloud.all('idempotencyKeys')).toEqual([]);
  });

  it('goes behind one of the fences that the event has, and asks of it only once', async () => {
    const cloud = calmCloud({ random: () => 0.999_999 });
    await cloud.admit(eventId, 16);
    await place(cloud);

    await place(cloud);

    expect(cloud.calls()).toEqual(['insert']);
    expect(cloud.all('bets')).toMatchObject([{ fence: 15n }, { fence: 15n }]);
  });

  it.each(['findEvents', 'enter', 'enlist', 'create', 'insert'] as const)(
    'stores nothing when %s fails',
    async (call) => {
      const cloud = calmCloud();
      cloud.meet(call, away);

      await expect(place(cloud)).rejects.toHaveProperty('code', 'unavailable');
      expect(cloud.calls().at(-1)).toBe(call);
      expect(cloud.told).toEqual([]);
    },
  );
});

describe('placeBet that meets other writers', () => {
  it('tries again with the same id, each time behind four times as many fences', async () => {
    const cloud = calmCloud();
    cloud.meet('insert', conflict, conflict);

    const placed = await place(cloud);

    expect(placed).toEqual({ bet, replayed: false });
    expect(cloud.tookMs()).toBe(5 + 10);
    expect(cloud.all('bets')).toMatchObject([{ betId: bet.id, fence: 8n }]);
    expect(cloud.all('fences')).toHaveLength(16);
    expect(cloud.told).toEqual([['placeConflicted'], ['placeConflicted'], ['betPlaced', 1050n]]);
  });

  it('is unavailable after eight tries, and tells of no bet: it may be there or not', async () => {
    const cloud = calmCloud();
    cloud.meet('insert', ...Array.from({ length: 8 }, () => conflict));

    await expect(place(cloud)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The event takes too many bets at once: 8 tries met another writer.',
    });
    expect(cloud.told).toEqual(Array.from({ length: 8 }, () => ['placeConflicted']));
    expect(cloud.tookMs()).toBe((10 + 20 + 40 + 80 + 160 + 200 + 200) / 2);
  });

  it('acknowledges the bet that an earlier try stored, under the result by now', async () => {
    const cloud = calmCloud();
    cloud.meet('insert', landsUnseen, (carryOut) => settle(cloud).then(carryOut));

    const placed = await place(cloud);

    const won = { ...bet, status: 'won', settledAt: NOON + 5 };
    expect(placed).toEqual({ bet: won, replayed: false });
    expect(cloud.told.at(-1)).toEqual(['betPlaced', 1050n]);
  });

  it('waits until the stored bet is seen', async () => {
    const cloud = calmCloud();
    cloud.meet('insert', twice);
    cloud.meet('findBets', async () => ({}));
    cloud.meet('findPlaced', conflict);

    expect(await place(cloud)).toEqual({ bet, replayed: false });
    expect(cloud.sent('findPlaced')).toHaveLength(2);
  });

  it('asks to come back when the stored bet is not there, no write being under way', async () => {
    const cloud = calmCloud();
    cloud.meet('insert', twice);
    cloud.meet('findBets', async () => ({}));
    cloud.meet('findPlaced', async () => ({ Responses: [{}] }));

    await expect(place(cloud)).rejects.toMatchObject({
      code: 'unavailable',
      message:
        `The bet ${bet.id} is not in the store. ` +
        'Try again; if it stays so, tell the operators to check the store.',
    });
  });
});

describe('placeBet with an idempotency key', () => {
  it('stores the key with the hash of the request, and replays the bet as it is now', async () => {
    const cloud = calmCloud();
    await place(cloud, keyed);

    const second = await place(cloud, keyed);
    await settle(cloud);
    const third = await place(cloud, keyed);

    const record = { key: 'key-1', betId: bet.id, requestHash: HASH };
    expect(cloud.all('idempotencyKeys')).toEqual([record]);
    expect(cloud.all('bets')).toHaveLength(1);
    expect(second).toEqual({ bet, replayed: true });
    expect(third).toEqual({ bet: { ...bet, status: 'won', settledAt: NOON }, replayed: true });
    expect(cloud.told).toEqual([['betReplayed']]);
  });

  it.each([
    ['amount', { ...keyed, amountMinor: 1051n }],
    ['event', { ...keyed, eventId: 'sr:match:43' }],
  ])('refuses the key for another %s', async (_part, other) => {
    const cloud = calmCloud();
    await place(cloud, keyed);

    await expect(place(cloud, other)).rejects.toMatchObject(REUSED);
    expect(cloud.all('bets')).toHaveLength(1);
    expect(cloud.told).toEqual([['betRefused']]);
  });
});

/** The key is seen already, and the bet is just being stored. */
const keySeenFirst = new TransactionCanceledException({
  message: '',
  $metadata: {},
  CancellationReasons: [
    { Code: 'None' },
    { Code: 'TransactionConflict' },
    {
      Code: 'ConditionalCheckFailed',
      Item: { key: { S: 'key-1' }, betId: { S: bet.id }, requestHash: { S: HASH } },
    },
  ],
});

it('takes the key that an earlier try of its own stored for no repetition', async () => {
  const cloud = calmCloud();
  cloud.meet('insert', landsUnseen, failing(keySeenFirst));

  const placed = await place(cloud, keyed);

  expect(placed).toEqual({ bet, replayed: false });
  expect(cloud.told.at(-1)).toEqual(['betPlaced', 1050n]);
});

describe('placeBet on a store that was brought back', () => {
  it('lists an event again that is gone, although the process knows it', async () => {
    const cloud = calmCloud();
    const bringBack = cloud.backUp();
    await place(cloud);
    bringBack();

    const placed = await place(cloud);

    expect(placed.replayed).toBe(false);
    expect(cloud.told).toEqual([['betPlaced', 1050n]]);
    expect(cloud.all('eventList')).toHaveLength(1);
    expect(cloud.all('bets')).toMatchObject([{ betId: placed.bet.id }]);
    expect(cloud.all('fences')).toMatchObject([{ placed: 1n }]);
  });

  it('makes fences that were on their way when it was copied', async () => {
    const cloud = calmCloud();
    await cloud.admit(eventId);
    await cloud.run(({ store }) => store.events.widen({ eventId, fences: 1 }, 4));

    await place(cloud);

    expect(cloud.all('fences')).toHaveLength(4);
    expect(cloud.all('bets')).toMatchObject([{ fence: 2n }]);
  });

  it.each([
    ['whose result it has lost', (cloud: CalmCloud) => cloud.admit(eventId), ['create', 'insert']],
    ['that is gone with its result', () => {}, ['enter', 'enlist', 'create', 'insert']],
  ])('takes bets again on an event %s', async (_case, prepare, writes) => {
    const cloud = calmCloud();
    await prepare(cloud);
    const bringBack = cloud.backUp();
    await settle(cloud);
    await expect(place(cloud)).rejects.toMatchObject(SETTLED);
    bringBack();

    await place(cloud);

    expect(cloud.told).toEqual([['betPlaced', 1050n]]);
    expect(cloud.calls()).toEqual(['findEvents', 'findEvents', ...writes]);
    expect(cloud.all('eventList')).toHaveLength(1);
  });
});

describe('placeBet that finds a fence closed', () => {
  it('refuses a bet without a key once the event has been read', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    await cloud.admit(eventId);
    cloud.meet('findEvents', (carryOut) => {
      const open = carryOut();
      return settle(cloud).then(() => open);
    });

    await expect(place(cloud)).rejects.toMatchObject(SETTLED);
    expect(cloud.calls().slice(-2)).toEqual(['insert', 'findEvents']);
    expect(cloud.all('bets')).toEqual([]);
    expect(cloud.told.at(-1)).toEqual(['betRefused']);
    // From now on the process knows.
    await expect(place(cloud)).rejects.toMatchObject(SETTLED);
    expect(cloud.calls()).toEqual(['findEvents']);
  });

  it('writes nothing for an event that it knows to be closed, and reads it', async () => {
    const cloud = calmCloud();
    await settle(cloud);
    await expect(place(cloud)).rejects.toMatchObject(SETTLED);

    await expect(place(cloud)).rejects.toMatchObject(SETTLED);

    expect(cloud.calls()).toEqual(['findEvents']);
    await expect(place(cloud, keyed)).rejects.toMatchObject(SETTLED);
    expect(cloud.calls()).toEqual(['findEvents', 'findPlaced']);
  });

  it('refuses a new key under an intent only once all fences are closed', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    await cloud.admit(eventId, 4);
    const intent = { id: 'others', outcome: 'WIN', decidedAt: NOON } as const;
    await cloud.run(({ store }) => store.events.noteIntent(eventId, intent));

    await expect(place(cloud, keyed)).rejects.toMatchObject(SETTLED);
    const closings = Array.from({ length: 4 }, () => 'close');
    expect(cloud.calls()).toEqual(['findEvents', 'findEvents', ...closings, 'findPlaced']);
    expect(cloud.tookMs()).toBe(4);
    expect(cloud.all('fences').filter(({ closedAt }) => closedAt === undefined)).toEqual([]);
    expect(cloud.told).toEqual([['betRefused']]);
  });

  it('says what is true while a first result is on its way and readers see none yet', async () => {
    const cloud = calmCloud();
    await place(cloud);
    const intent = { id: 'others', outcome: 'WIN', decidedAt: NOON } as const;
    await cloud.run(async ({ store, now }) => {
      const noted = await store.events.noteIntent(eventId, intent);
      return noted && store.fences.close(noted, now());
    });

    const late = place(cloud, keyed);

    await expect(late).rejects.toMatchObject(SETTLED);
    expect(SETTLED.message).toMatch(/takes no more bets.*or one is on its way/);
    const seen = await cloud.run((context) => getEvent(context, eventId));
    expect(seen).toMatchObject({ outcome: null, state: 'open', bets: { total: 1 } });
  });

  it.each([
    ['replays', HASH, { bet: { ...placedBet(7), status: 'pending' }, replayed: true }],
    ['refuses, when it is for another bet,', 'another', REUSED],
  ])('%s a key that landed meanwhile', async (_case, requestHash, expected) => {
    const cloud = calmCloud();
    const record = { key: 'key-1', betId: betIdOf(7), requestHash };
    await cloud.admit(eventId);
    await cloud.run(({ store }) => store.bets.insert({ bet: placedBet(7), fences: 1, record }));
    cloud.meet('insert', async (carryOut) => {
      await cloud.run(({ store }) =>
        store.events.noteIntent(eventId, { id: 'others', outcome: 'WIN', decidedAt: NOON }),
      );
      return fenceClosed(carryOut);
    });

    const answer: unknown = await place(cloud, keyed).catch((error: unknown) => error);

    expect(answer).toMatchObject(expected);
    expect(cloud.told).toEqual([[expected === REUSED ? 'betRefused' : 'betReplayed']]);
  });

  it('refuses a bet whose earlier try met another writer, and is not there', async () => {
    const cloud = calmCloud();
    cloud.meet('insert', conflict, (carryOut) => settle(cloud).then(carryOut));

    await expect(place(cloud)).rejects.toMatchObject(SETTLED);
    expect(cloud.calls().at(-1)).toBe('findPlaced');
    expect(cloud.told.at(-1)).toEqual(['betRefused']);
  });

  it('acknowledges a bet whose earlier try has landed, under the result by now', async () => {
    const cloud = calmCloud();
    cloud.meet('insert', landsUnseen, async (carryOut) => {
      await settle(cloud);
      return fenceClosed(carryOut);
    });

    const placed = await place(cloud);

    const won = { ...bet, status: 'won', settledAt: NOON + 5 };
    expect(placed).toEqual({ bet: won, replayed: false });
    expect(cloud.told.at(-1)).toEqual(['betPlaced', 1050n]);
  });

  it('acknowledges a bet that its only try has stored, in a group that was cancelled', async () => {
    const cloud = calmCloud();
    await place(cloud);
    const landed = placedBet(0x1002);
    await cloud.add(landed);
    await settle(cloud);
    const insert = async () => ({ kind: 'fence-closed' as const, triedBefore: true });

    const placed = await cloud.run((context) => {
      const { store } = context;
      const bets = { ...store.bets, insert };
      return placeBet({ ...context, store: { ...store, bets } }, request);
    });

    const won = { ...landed, status: 'won', settledAt: NOON };
    expect(placed).toEqual({ bet: won, replayed: false });
  });
});
