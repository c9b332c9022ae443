import { listBets } from '../lib/http/calls/listBets.ts';
import { lambdaHandler } from '../lib/lambda.ts';

/** `GET /bets` */
export const handler = lambdaHandler(listBets);
