import { readConfig } from './config.ts';
import type { Call } from './http/call.ts';
import { createHandler, type HttpHandler } from './http/handler.ts';
import { createService, type Service } from './service.ts';

/** The service of a Lambda, made while it starts so that a warm one keeps its connections. */
export function lambdaService(): Service {
  return createService(readConfig());
}

export function lambdaHandler(call: Call): HttpHandler {
  return createHandler(call, lambdaService());
}
