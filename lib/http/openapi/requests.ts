import { named, type Part } from './answers.ts';
import { referenceTo, wireSchemas } from './schemas.ts';

/** What the document says of requests: parameters, bodies, and what is refused in several calls. */
const SCHEMAS = wireSchemas();

export function parameter(place: 'path' | 'query' | 'header', name: string, schema: string): Part {
  return {
    name,
    in: place,
    ...(place === 'path' && { required: true }),
    description: SCHEMAS[schema]?.description,
    schema: { $ref: referenceTo(schema) },
  };
}

/** An example that a form may begin with: only what a call cannot do without has one. */
export function pathParameter(name: string, schema: string, example: string): Part {
  return { ...parameter('path', name, schema), example };
}

export function jsonBody(schema: string, examples: Record<string, unknown>): Part {
  return {
    required: true,
    content: {
      'application/json': { schema: { $ref: referenceTo(schema) }, examples: named(examples) },
    },
  };
}

export const ifNoneMatch: Part = {
  name: 'If-None-Match',
  in: 'header',
  schema: { $ref: referenceTo('IfNoneMatch') },
};

/** RFC 9110 §13.1.2 judges it: any text that is no list of tags just matches nothing. */
export const IF_NONE_MATCH_SCHEMA: Part = {
  type: 'string',
  description: 'The `ETag` of an answer that the client has: it is told when that is still right.',
};

export const fault = (part: 'body' | 'query' | 'path', pointer: string, detail: string) => ({
  code: 'invalid-request' as const,
  detail: `Not valid: ${part} ${pointer}.`,
  errors: [{ in: part, pointer, detail }],
});

export const EVENT_ID_FAULT = fault(
  'path',
  '#/event_id',
  'must be 1 to 128 characters out of A-Z a-z 0-9 . _ : ~ -, not just . or ..',
);
export const MALFORMED_JSON = {
  code: 'malformed-json',
  detail: 'The body cannot be parsed as JSON.',
} as const;
