import { listEvents } from '../lib/http/calls/listEvents.ts';
import { lambdaHandler } from '../lib/lambda.ts';

/** `GET /events` */
export const handler = lambdaHandler(listEvents);
