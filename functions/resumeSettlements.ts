import type { Context } from 'aws-lambda';
import { readLambdaConfig } from '../lib/config.ts';
import { resume } from '../lib/resumer.ts';
import { createService, guarded } from '../lib/service.ts';

/** Each run looks at all tables, and says what does not fit: its failure is an alarm. */
const service = guarded(createService(readLambdaConfig()), ({ store }) => store.verifyLayout());

/** Runs on a schedule: carries on the settlements that requests have begun. */
export const handler = (_scheduled: unknown, lambda: Context) =>
  resume(service, lambda.awsRequestId, lambda.getRemainingTimeInMillis());
