import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The committed document, as far as the tests read it. */
export interface OpenapiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, { examples?: unknown[] }>;
    responses: Record<string, Response>;
  };
}
export interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; example?: string; schema: Reference }[];
  requestBody?: { content: Record<string, { examples: Record<string, { value: unknown }> }> };
  responses: Record<string, Response | Reference>;
}
interface Reference {
  $ref: string;
}
interface Response {
  headers?: Record<string, unknown>;
  /** A 304 has none. */
  content?: Record<string, { schema: object; examples?: Record<string, { value: unknown }> }>;
}

export const DOCUMENT_FILE = join(import.meta.dirname, '../../docs/openapi.json');

// The gate `npm run check:openapi` judges its form.
export const document = JSON.parse(readFileSync(DOCUMENT_FILE, 'utf8')) as OpenapiDocument;

/** An example of an answer, under the name of its call or of the response that calls share. */
export interface AnswerExample {
  status: number;
  mediaType: string;
  value: unknown;
  headers: string[];
  /** A JSON Pointer to its schema in the document. */
  schema: string;
}

export interface Call {
  path: string;
  method: string;
  operation: Operation;
}

export const calls: readonly Call[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Every example of an answer: `placeBet 201 by-text`, `Internal internal`, `Problem route-not-found`. */
export function answerExamples(): Map<string, AnswerExample> {
  const ofCalls = calls.flatMap(({ path, method, operation }) =>
    Object.entries(operation.responses).flatMap(([status, response]) => {
      if ('$ref' in response) return [];
      const pointer = ['paths', path, method, 'responses', status];
      return examplesOf(`${operation.operationId} ${status}`, Number(status), response, pointer);
    }),
  );
  const shared = Object.entries(document.components.responses).flatMap(([name, response]) =>
    examplesOf(name, undefined, response, ['components', 'responses', name]),
  );
  const problems = (document.components.schemas['Problem']?.examples ?? []).map(
    (value): [string, AnswerExample] => {
      const { type, status } = value as { type: string; status: number };
      const schema = pointerOf(['components', 'schemas', 'Problem']);
      const mediaType = 'application/problem+json';
      const headers = ['X-Request-Id', 'Allow'];
      return [`Problem ${type.split('#')[1]}`, { status, mediaType, value, headers, schema }];
    },
  );
  return new Map([...ofCalls, ...shared, ...problems]);
}

function examplesOf(
  prefix: string,
  status: number | undefined,
  { headers = {}, content = {} }: Response,
  pointer: readonly string[],
): [string, AnswerExample][] {
  return Object.entries(content).flatMap(([mediaType, { examples = {} }]) =>
    Object.entries(examples).map(([name, { value }]): [string, AnswerExample] => {
      const schema = pointerOf([...pointer, 'content', mediaType, 'schema']);
      // A response that calls share is a problem, which tells its status.
      const told = status ?? (value as { status: number }).status;
      return [
        `${prefix} ${name}`,
        { status: told, mediaType, value, headers: Object.keys(headers), schema },
      ];
    }),
  );
}

/** RFC 6901, as a URI fragment. */
function pointerOf(keys: readonly string[]): string {
  const escaped = keys.map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#/${escaped.map(encodeURIComponent).join('/')}`;
}
