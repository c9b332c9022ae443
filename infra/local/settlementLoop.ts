import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { resume } from '../../lib/resumer.ts';
import type { Service } from '../../lib/service.ts';

const PAUSE_MS = 1_000;
/** Of a store that is away, or that cannot have its tables: with the reason. */
export const NOT_PREPARED = 'The store cannot be reached or prepared; it is tried again';
/** A run's length at most, in milliseconds; what is left then is the next run's. */
const RUN_MS = 60_000;

/**
 * What a schedule does on AWS: resumes settlements again and again, never two runs at once, until
 * `stop`. Makes the store's tables first, and again when the store comes back without them.
 */
export async function runSettlementLoop(
  service: Service,
  prepareStore: () => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  let prepared = false;
  while (!stop.aborted) {
    try {
      if (!prepared) await prepareStore();
      prepared = true;
      await resume(service, randomUUID(), RUN_MS);
    } catch (error) {
      const what = prepared ? 'Not all settlements were carried on' : NOT_PREPARED;
      service.logger.warn(what, { error });
      prepared = false;
    }
    await delay(PAUSE_MS, undefined, { signal: stop }).catch(() => {});
  }
}
