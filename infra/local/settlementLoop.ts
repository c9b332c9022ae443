import { setTimeout as delay } from 'node:timers/promises';
import { handler as resumeSettlements } from '../../functions/resumeSettlements.ts';
import { logger } from '../../lib/logger.ts';
import { toContext } from './gateway.ts';
import { prepareStore } from './prepareStore.ts';

const PAUSE_MS = 1_000;
/** A run's length at most, in milliseconds; what is left then is the next run's. */
const RUN_MS = 60_000;

/**
 * What a schedule does on AWS: runs `resumeSettlements` again and again, never two at once, until
 * `stop`. Makes the store's tables first, and again when the store comes back without them.
 */
export async function runSettlementLoop(stop: AbortSignal): Promise<void> {
  let prepared = false;
  while (!stop.aborted) {
    try {
      if (!prepared) await prepareStore();
      prepared = true;
      await resumeSettlements(undefined, toContext(Date.now() + RUN_MS));
    } catch (error) {
      prepared = false;
      logger.warn('Not all settlements were carried on', { error });
    }
    await delay(PAUSE_MS, undefined, { signal: stop }).catch(() => {});
  }
}
