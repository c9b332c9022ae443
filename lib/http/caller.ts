import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import * as z from 'zod';
import type { Caller } from './call.ts';

/** Characters of a subject that are kept: an event has up to 100 results in one item. */
const MAX_SUBJECT = 128;

const claims = z.object({ sub: z.string().optional(), client_id: z.string().optional() });
const authorized = z.object({ authorizer: z.object({ jwt: z.object({ claims }) }) });

/**
 * Who the gateway's JWT authorizer let through: the token's subject, or its client where it has no
 * subject, as tokens of machines may (RFC 9068 §2.2). Nothing of it comes from the request itself.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function callerOf({ requestContext }: ApiEvent): Caller {
  const found = authorized.safeParse(requestContext).data?.authorizer.jwt.claims;
  const subject = found?.sub ?? found?.client_id;
  return { subject: subject?.slice(0, MAX_SUBJECT).toWellFormed() };
}
