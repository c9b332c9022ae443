import { getEvent } from '../lib/http/calls/getEvent.ts';
import { lambdaHandler } from '../lib/lambda.ts';

/** `GET /events/{event_id+}` */
export const handler = lambdaHandler(getEvent);
