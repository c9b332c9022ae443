import type { Context } from 'aws-lambda';
import { type ResumeReport, resumeSettlements } from '../lib/bets/resumeSettlements.ts';
import { logger } from '../lib/logger.ts';
import { service } from '../lib/service.ts';

/** Kept back from the run's time, in milliseconds, to end it in good order. */
const RESERVE_MS = 1_000;

/** Runs on a schedule: carries on the settlements that requests have begun. */
export async function handler(
  _scheduled: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<ResumeReport> {
  const budgetMs = Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
  const report = await resumeSettlements(service, service.clock.timeout(budgetMs));
  if (report.finished.length > 0) logger.info('Settlements completed', { ...report });
  return report;
}
