import { readLambdaConfig } from './config.ts';
import type { Call } from './http/call.ts';
import { createHandler, type HttpHandler } from './http/handler.ts';
import { createService } from './service.ts';

/** The service is made while the Lambda starts, so that a warm one keeps its connections. */
export function lambdaHandler(call: Call): HttpHandler {
  return createHandler(call, createService(readLambdaConfig()));
}
