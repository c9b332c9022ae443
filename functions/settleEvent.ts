import { settleEvent } from '../lib/http/calls/settleEvent.ts';
import { lambdaHandler } from '../lib/lambda.ts';

/** `PUT /events/{event_id+}` */
export const handler = lambdaHandler(settleEvent);
