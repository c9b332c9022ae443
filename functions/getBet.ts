import { getBet } from '../lib/http/calls/getBet.ts';
import { lambdaHandler } from '../lib/lambda.ts';

/** `GET /bets/{id}` */
export const handler = lambdaHandler(getBet);
