import { BetError } from '../../lib/bets/errors.ts';

/** Prepares the store, and keeps requests from one that this version must not use. */
export function createStoreGate(prepare: () => Promise<void>) {
  let misfit: BetError | undefined;
  return {
    /** Throws what `prepare` does; `not-ready` stays in force until it succeeds. */
    prepare: async (): Promise<void> => {
      try {
        await prepare();
        misfit = undefined;
      } catch (error) {
        if (error instanceof BetError && error.code === 'not-ready') misfit = error;
        throw error;
      }
    },
    /** Throws `not-ready` while the store does not fit. */
    check: async (): Promise<void> => {
      if (misfit !== undefined) throw misfit;
    },
  };
}
