import * as z from 'zod';
import type { Call } from '../../lib/http/call.ts';
import { CALLS } from '../../lib/http/calls.ts';
import { ANSWER_HEADERS } from '../../lib/http/problems.ts';
import { type Docs, HEADERS, responsesOf, SHARED_RESPONSES } from './responses.ts';
import { content, named, type Part, referenceTo, wireSchemas } from './schemas.ts';
import { SERVICE_PATHS } from './serviceCalls.ts';

/** By semver: before 1.0.0, a change that breaks clients raises the minor version. */
const API_VERSION = '0.5.0';

const DESCRIPTION = `Takes bets, lists them and settles events. The moment a result is \
acknowledged, every bet on that event shows it, however many there are; no acknowledged bet is \
lost, doubled, late or left behind.

Errors are RFC 9457 problems; [the list](docs/problems) says what to do about each. Amounts in \
answers are decimal strings with two decimals. Every GET answers HEAD too. A client that asks for \
gzip gets large lists compressed. Every answer also has \
${Object.keys(ANSWER_HEADERS)
  .map((name) => `\`${name}\``)
  .join(', ')}: no answer may be stored, framed or sniffed.`;

/**
 * The OpenAPI 3.1 document of the API, from the schemas that validate its requests.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function createDocument(): Part {
  const paths: Record<string, Part> = {};
  for (const { call, docs } of CALLS) {
    // OpenAPI knows no parameter of several segments: clients encode the slash.
    const methods = (paths[call.path.replace('+}', '}')] ??= {});
    methods[call.method.toLowerCase()] = operation(call, docs());
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'bet-maker',
      version: API_VERSION,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '.', description: 'Where this document is served.' }],
    security: [],
    tags: [
      { name: 'bets', description: 'Placing and reading bets.' },
      { name: 'events', description: 'Sporting events and their results.' },
      { name: 'service', description: 'The state of the service.' },
    ],
    paths: { ...paths, ...SERVICE_PATHS },
    components: {
      schemas: wireSchemas(),
      headers: HEADERS,
      responses: SHARED_RESPONSES,
      securitySchemes: {
        operatorToken: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The token of an operator: a JWT on AWS, `OPERATOR_TOKEN` on the local service.',
        },
      },
    },
  };
}

/** RFC 9110 §13.1.2: a text that is no list of tags matches nothing. */
const conditions = z.object({
  'if-none-match': z.string().meta({
    id: 'IfNoneMatch',
    description:
      'The `ETag` of an answer that the client has. The call answers 304 when it is the same.',
  }),
});

function operation(call: Call, docs: Docs): Part {
  const { name, request, operatorsOnly } = call;
  const { body } = request;
  const parameters = [
    ...parametersOf('path', request.path, docs.pathExamples),
    ...parametersOf('query', request.query),
    ...parametersOf('header', call.method === 'GET' ? conditions : request.headers),
  ];
  return {
    operationId: name,
    tags: [docs.tag],
    summary: docs.summary,
    description: docs.description,
    // The token is optional, where the service asks for none.
    ...(operatorsOnly && { security: [{ operatorToken: [] }, {}] }),
    parameters,
    ...(body && {
      requestBody: { required: true, ...content(referenceTo(body), named(docs.bodies ?? {})) },
    }),
    responses: responsesOf(call, docs),
  };
}

/** Examples are what a form may begin with. */
function parametersOf(
  place: 'path' | 'query' | 'header',
  schema: z.ZodType | undefined,
  examples: Record<string, string> = {},
): Part[] {
  const parts = schema instanceof z.ZodPipe ? schema.in : schema;
  if (!(parts instanceof z.ZodObject)) return [];
  return Object.entries(parts.shape).map(([name, part]) => ({
    name: place === 'header' ? name.replaceAll(/\b[a-z]/g, (each) => each.toUpperCase()) : name,
    in: place,
    required: place === 'path' || undefined,
    description: part.meta()?.description,
    schema: referenceTo(part),
    example: examples[name],
  }));
}
