import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Examples = Record<string, { value: unknown }>;
interface Reference {
  $ref: string;
}
/** What the tests read of a response. A 304 has no content. */
interface Response {
  headers?: Record<string, unknown>;
  content?: Record<string, { schema: Reference; examples?: Examples }>;
}
interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; example?: string; schema: Reference }[];
  requestBody?: { content: { 'application/json': { examples: Examples } } };
  responses: Record<string, Response | Reference>;
}
interface OpenapiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, { examples?: unknown[] }>;
    headers: Record<string, { example: string }>;
    responses: Record<string, Response>;
  };
}

/** The committed document. The generator's check judges its form. */
export const document: OpenapiDocument = JSON.parse(
  readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8'),
);

export const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Every response, under its call and status or, when calls share it, under its own name. */
export const responses = new Map<string, Response>([
  ...calls.flatMap(({ operation: { operationId, responses: own } }) =>
    Object.entries(own).flatMap(([status, response]): [string, Response][] =>
      '$ref' in response ? [] : [[`${operationId} ${status}`, response]],
    ),
  ),
  ...Object.entries(document.components.responses),
]);
