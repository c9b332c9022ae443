import type { Context } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { type ResumeReport, resumeSettlements } from '../lib/bets/resumeSettlements.ts';
import { logger, withLogIds } from '../lib/logger.ts';
import { service } from '../lib/service.ts';

/** Kept back from the run's time, in milliseconds, to end it in good order. */
const RESERVE_MS = 1_000;

/** What is used of Lambda's context; a local run has no id. */
type RunContext = Pick<Context, 'getRemainingTimeInMillis'> &
  Partial<Pick<Context, 'awsRequestId'>>;

/** Runs on a schedule: carries on the settlements that requests have begun. */
export async function handler(_scheduled: unknown, context: RunContext): Promise<ResumeReport> {
  const requestId = context.awsRequestId ?? randomUUID();
  return withLogIds({ requestId, correlationId: requestId }, () => run(context));
}

async function run(context: RunContext): Promise<ResumeReport> {
  const budgetMs = Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
  try {
    using deadline = service.clock.deadline(budgetMs);
    const report = await resumeSettlements(service, deadline.signal);
    if (report.finished.length > 0) logger.info('Settlements completed', { ...report });
    return report;
  } finally {
    service.observer.flush();
  }
}
