import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { HttpError } from './problems.ts';

/** What a function may be invoked with: gateways give null or nothing for what is not there. */
export type GivenEvent = { [Name in keyof ApiEvent]?: ApiEvent[Name] | null } | null;

/** A copy with the parts that every request has, whatever was given. Never throws. */
export function completed(given: GivenEvent): ApiEvent {
  const present = Object.entries(given ?? {}).filter(([, value]) => value !== null);
  const event: Partial<ApiEvent> = Object.fromEntries(present);
  const { rawPath = '', rawQueryString = '' } = event;
  const headers = joinedAlike(event.headers ?? {});
  const { requestId = randomUUID(), http = { method: '' } } = event.requestContext ?? {};
  const requestContext = { ...event.requestContext, requestId, http };
  const whole = { ...event, headers, rawPath, rawQueryString, requestContext };
  return whole as ApiEvent; // Nothing else of it is read without a look.
}

/**
 * Names in lower case, and the values of a name that comes twice with a comma between them, as API
 * Gateway has them. Who invokes a function otherwise may not know that.
 */
function joinedAlike(given: Record<string, string | null | undefined>): Record<string, string> {
  const lines = Object.entries(given).filter(([, value]) => value !== null);
  const byName = Map.groupBy(lines, ([name]) => name.toLowerCase());
  const joined = Array.from(byName, ([name, same]) => {
    return [name, same.map(([, value]) => value).join(',')] as const;
  });
  return Object.fromEntries(joined);
}

/**
 * Throws `malformed-request` for the payload of a REST API or of a load balancer.
 *
 * @see API Gateway's developer guide, "Create AWS Lambda proxy integrations for HTTP APIs"
 */
export function refuseOtherFormat({ version }: ApiEvent): void {
  if (version === '2.0') return;
  const detail = 'The function takes payload format 2.0 of an API Gateway HTTP API, and no other.';
  throw new HttpError('malformed-request', detail);
}
