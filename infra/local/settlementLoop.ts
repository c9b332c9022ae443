import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { resume } from '../../lib/resumer.ts';
import type { Service } from '../../lib/service.ts';

const PAUSE_MS = 1_000;
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
      prepared = false;
      service.logger.warn('Not all settlements were carried on', { error });
    }
    await delay(PAUSE_MS, undefined, { signal: stop }).catch(() => {});
  }
}
