import { BetError, unavailable } from '../../lib/bets/errors.ts';
import { createStoreGate } from './storeGate.ts';

/** A gate before a store of which each preparation ends with the next of these. */
function gateOn(...ends: (Error | undefined)[]) {
  return createStoreGate(async () => {
    const end = ends.shift();
    if (end !== undefined) throw end;
  });
}

const misfit = new BetError('not-ready', 'It has layout 3.');

describe('the gate before the store', () => {
  it('keeps requests away from a store that does not fit, until it does', async () => {
    const gate = gateOn(misfit, unavailable('It is away.'), undefined);

    await expect(gate.prepare()).rejects.toBe(misfit);
    await expect(gate.check()).rejects.toBe(misfit);
    await expect(gate.prepare()).rejects.toHaveProperty('code', 'unavailable');
    await expect(gate.check()).rejects.toBe(misfit);
    await gate.prepare();
    await expect(gate.check()).resolves.toBeUndefined();
  });

  it('lets requests see for themselves that the store is away', async () => {
    const gate = gateOn(unavailable('It is away.'));

    await expect(gate.prepare()).rejects.toHaveProperty('code', 'unavailable');
    await expect(gate.check()).resolves.toBeUndefined();
  });
});
