import type { Context } from 'aws-lambda';
import { lambdaService } from '../lib/lambda.ts';
import { resume } from '../lib/service.ts';

const service = lambdaService();

/** Runs on a schedule: carries on the settlements that requests have begun. */
export const handler = (_scheduled: unknown, lambda: Context) =>
  resume(service, lambda.awsRequestId, lambda.getRemainingTimeInMillis());
