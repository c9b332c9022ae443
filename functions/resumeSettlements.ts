import type { Context } from 'aws-lambda';
import { readLambdaConfig } from '../lib/config.ts';
import { resume } from '../lib/resumer.ts';
import { createService } from '../lib/service.ts';

const service = createService(readLambdaConfig());

/** Runs on a schedule: carries on the settlements that requests have begun. */
export const handler = (_scheduled: unknown, lambda: Context) =>
  resume(service, lambda.awsRequestId, lambda.getRemainingTimeInMillis());
