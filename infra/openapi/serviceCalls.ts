import * as z from 'zod';
import { ANY_REQUEST, refusals, shared } from './responses.ts';
import { content, named, type Part, referenceTo } from './schemas.ts';

const healthBody = z.object({ status: z.enum(['alive', 'ready']) }).meta({ id: 'Health' });

const TEXT = { type: 'string' };

/** The calls that tell how the service is. No handler answers them. */
export const SERVICE_PATHS: Record<string, Part> = {
  '/livez': get('getLiveness', 'Is the service alive?', { 200: health('It is.', 'alive') }),
  '/readyz': get('getReadiness', 'Does its store answer?', {
    200: health('It does.', 'ready'),
    ...refusals([{ code: 'not-ready', detail: 'The store cannot be reached.' }], '/readyz'),
  }),
  '/metrics': get('getMetrics', 'Counters and gauges of the local service', {
    200: {
      description: 'In the text format of Prometheus.',
      content: { 'text/plain': { schema: TEXT } },
    },
  }),
  '/openapi.json': get('getDocument', 'This document', {
    200: {
      description: 'OpenAPI 3.1.',
      headers: { ETag: { description: 'The version of this document.', schema: TEXT } },
      content: { 'application/json': { schema: { type: 'object' } } },
    },
  }),
};

function get(operationId: string, summary: string, responses: Record<string, Part>): Part {
  const all = { ...responses, ...shared(ANY_REQUEST) };
  return { get: { operationId, tags: ['service'], summary, responses: all } };
}

function health(description: string, status: 'alive' | 'ready'): Part {
  return { description, ...content(referenceTo(healthBody), named({ [status]: { status } })) };
}
