import { betIdOf, calm, createFakes, NOON, placedBet } from '../../tests/support/fakes.ts';
import { BetError } from './errors.ts';
import { placeBet } from './placeBet.ts';

const request = { eventId: 'sr:match:42', amountMinor: 1050n };
const FIRST_ID = betIdOf(0x1001);
/** SHA-256 of "sr:match:42 1050", by OpenSSL. */
const HASH = 'J5ez-VGt09cFc2sR1KHZ_tHquDmy-o_mmNjLPtjvhUY';

const SETTLED = new BetError(
  'event-settled',
  'Event sr:match:42 has a result; it takes no more bets.',
);
const decision = { id: 'decision-9', outcome: 'WIN' as const, decidedAt: NOON + 5 };

describe('placeBet', () => {
  it('stores a new bet behind a random fence', async () => {
    const { deps, store } = createFakes({ random: 0.5 });
    const insertBet = jest.spyOn(store, 'insertBet');

    const placed = await placeBet(deps, request, calm);

    const bet = { ...request, id: FIRST_ID, fence: 32, placedAt: NOON };
    expect(placed).toEqual({ bet: { ...bet, status: 'pending' }, replayed: false });
    expect(insertBet.mock.calls).toEqual([[bet, undefined, calm]]);
    expect(store.bets.get(FIRST_ID)).toEqual(bet);
  });

  it.each([
    [0, 0],
    [0.999_999, 63],
  ])('uses the first and the last fence too (random number %d)', async (random, fence) => {
    const { deps } = createFakes({ random });

    const { bet } = await placeBet(deps, request, calm);

    expect(bet.fence).toBe(fence);
  });

  it('makes the id from the time of placing', async () => {
    const { deps } = createFakes();
    const newBetId = jest.spyOn(deps, 'newBetId');

    await placeBet(deps, request, calm);

    expect(newBetId.mock.calls).toEqual([[NOON]]);
  });

  describe('with an idempotency key', () => {
    const keyed = { ...request, idempotencyKey: 'key-1' };

    it('stores the key with the hash of the request', async () => {
      const { deps, store } = createFakes();

      await placeBet(deps, keyed, calm);

      expect([...store.keys.values()]).toEqual([
        { key: 'key-1', betId: FIRST_ID, requestHash: HASH },
      ]);
    });

    it('replays the one bet, and leaves the store as it is', async () => {
      const { deps, store } = createFakes();
      const first = await placeBet(deps, keyed, calm);

      const second = await placeBet(deps, keyed, calm);

      expect(second).toEqual({ bet: first.bet, replayed: true });
      expect(store.bets.size).toBe(1);
    });

    it('replays a bet with the result that is in force by now', async () => {
      const { deps, store } = createFakes();
      const first = await placeBet(deps, keyed, calm);
      await store.putInForce('sr:match:42', decision, { version: 0, bets: 1, stakedMinor: 1050n });

      const second = await placeBet(deps, keyed, calm);

      const bet = { ...first.bet, status: 'won', settledAt: NOON + 5 };
      expect(second).toEqual({ bet, replayed: true });
    });

    it.each([
      ['amount', { ...keyed, amountMinor: 1051n }],
      ['event', { ...keyed, eventId: 'sr:match:43' }],
    ])('refuses the key for another %s', async (_part, other) => {
      const { deps, store } = createFakes();
      await placeBet(deps, keyed, calm);

      const second = placeBet(deps, other, calm);

      await expect(second).rejects.toEqual(
        new BetError('idempotency-key-reused', 'This key was used for a different bet.'),
      );
      await expect(second).rejects.toHaveProperty('code', 'idempotency-key-reused');
      expect(store.bets.size).toBe(1);
    });

    it('asks to come back while the bet of a key is not seen yet', async () => {
      const { deps, store } = createFakes();
      await placeBet(deps, keyed, calm);
      store.bets.clear();

      const second = placeBet(deps, keyed, calm);

      await expect(second).rejects.toHaveProperty('code', 'unavailable');
    });

    it('replays a bet that a closed fence hid, once all fences are closed', async () => {
      const { deps, store } = createFakes();
      const closeFences = jest.spyOn(store, 'closeFences');
      store.add(placedBet(7));
      store.keys.set('key-1', { key: 'key-1', betId: betIdOf(7), requestHash: HASH });
      jest.spyOn(store, 'insertBet').mockResolvedValue({ kind: 'fence-closed' });

      const placed = await placeBet(deps, keyed, calm);

      expect(placed).toEqual({ bet: { ...placedBet(7), status: 'pending' }, replayed: true });
      expect(closeFences.mock.calls).toEqual([['sr:match:42', NOON, calm]]);
    });

    it('refuses a key that a closed fence hid when it stands for another bet', async () => {
      const { deps, store } = createFakes();
      store.add(placedBet(7));
      store.keys.set('key-1', { key: 'key-1', betId: betIdOf(7), requestHash: 'another' });
      jest.spyOn(store, 'insertBet').mockResolvedValue({ kind: 'fence-closed' });

      const placed = placeBet(deps, keyed, calm);

      await expect(placed).rejects.toHaveProperty('code', 'idempotency-key-reused');
    });

    it('refuses a new key on an event with a result only after closing all fences', async () => {
      const { deps, store } = createFakes();
      await store.closeFences('sr:match:42');
      const order: string[] = [];
      jest.spyOn(store, 'closeFences').mockImplementation(async () => void order.push('close'));
      const findPlaced = jest.spyOn(store, 'findPlaced').mockImplementation(async () => {
        order.push('look');
        return {};
      });

      const placed = placeBet(deps, keyed, calm);

      await expect(placed).rejects.toEqual(SETTLED);
      expect(order).toEqual(['close', 'look']);
      // No earlier try of this very bet was made, so none is looked for.
      expect(findPlaced.mock.calls).toEqual([[undefined, 'key-1', calm]]);
    });

    it('does not close again what a result in force has closed', async () => {
      const { deps, store } = createFakes();
      await store.closeFences('sr:match:42');
      await store.putInForce('sr:match:42', decision, { version: 0, bets: 0, stakedMinor: 0n });
      const closeFences = jest.spyOn(store, 'closeFences');

      const placed = placeBet(deps, keyed, calm);

      await expect(placed).rejects.toEqual(SETTLED);
      expect(closeFences).not.toHaveBeenCalled();
    });
  });

  describe('on an event with a result', () => {
    it('refuses the bet at once, without another call of the store', async () => {
      const { deps, store } = createFakes();
      await store.closeFences('sr:match:42');
      const closeFences = jest.spyOn(store, 'closeFences');

      const placed = placeBet(deps, request, calm);

      await expect(placed).rejects.toEqual(SETTLED);
      await expect(placed).rejects.toHaveProperty('code', 'event-settled');
      expect(closeFences).not.toHaveBeenCalled();
      expect(store.bets.size).toBe(0);
    });

    it('refuses a bet that met another writer first, and then a closed fence', async () => {
      const { deps, store } = createFakes();
      jest
        .spyOn(store, 'insertBet')
        .mockResolvedValueOnce({ kind: 'contended' })
        .mockResolvedValueOnce({ kind: 'fence-closed' });
      const closeFences = jest.spyOn(store, 'closeFences');
      const findPlaced = jest.spyOn(store, 'findPlaced');

      const placed = placeBet(deps, request, calm);

      await expect(placed).rejects.toEqual(SETTLED);
      expect(closeFences.mock.calls).toEqual([['sr:match:42', NOON, calm]]);
      expect(findPlaced.mock.calls).toEqual([[FIRST_ID, undefined, calm]]);
    });

    it('acknowledges a bet whose earlier try landed before the fences were closed', async () => {
      const { deps, store } = createFakes();
      const insertBet = jest.spyOn(store, 'insertBet');
      insertBet.mockResolvedValueOnce({ kind: 'contended' });
      insertBet.mockImplementationOnce(async (bet) => {
        store.add({ ...bet, fence: 3 });
        await store.putInForce('sr:match:42', decision, { version: 0, bets: 1, stakedMinor: 1n });
        return { kind: 'fence-closed' };
      });

      const placed = await placeBet(deps, request, calm);

      const bet = { ...request, id: FIRST_ID, fence: 3, placedAt: NOON };
      expect(placed).toEqual({
        bet: { ...bet, status: 'won', settledAt: NOON + 5 },
        replayed: false,
      });
    });
  });

  it('acknowledges a bet that an earlier try stored, as it is stored', async () => {
    const { deps, store } = createFakes();
    store.add(placedBet(0x1001, { fence: 9 }));

    const placed = await placeBet(deps, request, calm);

    expect(placed).toEqual({
      bet: { ...placedBet(0x1001, { fence: 9 }), status: 'pending' },
      replayed: false,
    });
  });

  it('tries another random fence with the same id each time that it meets another writer', async () => {
    const { deps, store, pauses } = createFakes();
    // For each try a fence and a pause.
    const random = [0.1, 0.5, 0.2, 0.5, 0.3];
    deps.random = () => random.shift() ?? 0;
    const insertBet = jest.spyOn(store, 'insertBet');
    insertBet.mockResolvedValueOnce({ kind: 'contended' });
    insertBet.mockResolvedValueOnce({ kind: 'contended' });

    const placed = await placeBet(deps, request, calm);

    expect(insertBet.mock.calls.map(([bet]) => [bet.id, bet.fence])).toEqual([
      [FIRST_ID, 6],
      [FIRST_ID, 12],
      [FIRST_ID, 19],
    ]);
    expect(placed.bet.fence).toBe(19);
    expect(pauses).toEqual([5, 10]);
  });

  it('is unavailable after eight tries that met another writer', async () => {
    const { deps, store, pauses } = createFakes({ random: 0.999_999_999 });
    const insertBet = jest.spyOn(store, 'insertBet').mockResolvedValue({ kind: 'contended' });

    const placed = placeBet(deps, request, calm);

    await expect(placed).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The event takes too many bets at once: 8 tries met another writer.',
    });
    expect(insertBet).toHaveBeenCalledTimes(8);
    expect(pauses.slice(0, 7).map(Math.round)).toEqual([10, 20, 40, 80, 160, 200, 200]);
  });

  it('passes a failure of the store on', async () => {
    const { deps, store } = createFakes();
    const failure = new BetError('unavailable', 'The store is away.');
    jest.spyOn(store, 'insertBet').mockRejectedValue(failure);

    const placed = placeBet(deps, request, calm);

    await expect(placed).rejects.toBe(failure);
  });
});
