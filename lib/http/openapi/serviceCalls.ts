import { ANY_REQUEST, named, type Part, refusals } from './answers.ts';
import { referenceTo } from './schemas.ts';

export const getLiveness: Part = {
  operationId: 'getLiveness',
  tags: ['service'],
  summary: 'Is the service alive?',
  responses: { '200': health('It is.', 'alive'), ...ANY_REQUEST },
};

export const getReadiness: Part = {
  operationId: 'getReadiness',
  tags: ['service'],
  summary: 'Does its store answer?',
  responses: {
    '200': health('It does.', 'ready'),
    ...refusals([{ code: 'not-ready', detail: 'The store cannot be reached.' }]),
    ...ANY_REQUEST,
  },
};

function health(description: string, status: 'alive' | 'ready'): Part {
  const examples = named({ [status]: { status } });
  const content = { 'application/json': { schema: { $ref: referenceTo('Health') }, examples } };
  return { description, content };
}

/** Answered by the service itself, without a schema that validates. */
export const HEALTH_SCHEMA: Part = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['alive', 'ready'] } },
};

export const getMetrics: Part = {
  operationId: 'getMetrics',
  tags: ['service'],
  summary: 'Counters and gauges, of the local service',
  responses: {
    '200': {
      description: 'In the text format of Prometheus.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    ...ANY_REQUEST,
  },
};

export const getDocument: Part = {
  operationId: 'getDocument',
  tags: ['service'],
  summary: 'This document',
  responses: {
    '200': {
      description: 'OpenAPI 3.1.',
      headers: { ETag: { description: 'Of this text.', schema: { type: 'string' } } },
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    ...ANY_REQUEST,
  },
};
