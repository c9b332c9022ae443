import { type ResumeReport, resumeSettlements } from './bets/resumeSettlements.ts';
import { withLogIds } from './logger.ts';
import type { Service } from './service.ts';

/** Kept back from a run's time, in milliseconds, to end it in good order. */
const RESERVE_MS = 1_000;

/** One run that carries on the settlements that requests have begun, within `remainingMs`. */
export function resume(
  { within, observer, logger }: Service,
  runId: string,
  remainingMs: number,
): Promise<ResumeReport> {
  return withLogIds({ requestId: runId, correlationId: runId }, async () => {
    try {
      const report = await within(Math.max(0, remainingMs - RESERVE_MS), resumeSettlements);
      const { found, finished } = report;
      if (finished.length > 0) logger.info('Settlements completed', { found, finished });
      return report;
    } finally {
      observer.flush();
    }
  });
}
