import { placeBet } from '../lib/http/calls/placeBet.ts';
import { lambdaHandler } from '../lib/lambda.ts';

/** `POST /bets` */
export const handler = lambdaHandler(placeBet);
