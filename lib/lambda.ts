import { readLambdaConfig } from './config.ts';
import type { Call } from './http/call.ts';
import { createHandler, type HttpHandler } from './http/handler.ts';
import { HTTPS_HEADERS } from './http/problems.ts';
import { checkedOnce, createService } from './service.ts';

/**
 * The service is made while the Lambda starts, so that a warm one keeps its connections. API
 * Gateway takes no plain HTTP.
 */
export function lambdaHandler(call: Call): HttpHandler {
  const handle = createHandler(call, checkedOnce(createService(readLambdaConfig())));
  return async (given, invocation) => {
    const answer = await handle(given, invocation);
    return { ...answer, headers: { ...answer.headers, ...HTTPS_HEADERS } };
  };
}
