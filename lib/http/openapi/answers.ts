import { PROBLEM_ADVICE } from '../problemAdvice.ts';
import { type Fault, type ProblemCode, problemResponse, PROBLEMS } from '../problems.ts';
import { byText, NEXT_PAGE } from './examples.ts';
import { referenceTo } from './schemas.ts';

/** A part of the OpenAPI document. Its form is the linter's to judge. */
export type Part = Record<string, unknown>;

const REQUEST_ID = '5f0c4a4e-6f2b-4e0f-9d57-3c1b7f6f0a11';

/** Every header that tells a client something, by its name in `#/components/headers`. */
export const HEADERS: Record<string, Part> = {
  'X-Request-Id': header('The id of the request, under which its failure is logged.', REQUEST_ID),
  Location: header('Where the bet is.', `/bets/${byText.id}`),
  'Idempotency-Replayed': header(
    '`true` when the bet was there already: the request repeats an earlier one.',
    'true',
  ),
  Link: header('Leads to the next page (RFC 8288). Not there on the last one.', NEXT_PAGE),
  ETag: header('The version of the event, for `If-Match`.', '"1"'),
  AnswerTag: header(
    'Of this answer, for `If-None-Match`. Weak: it says nothing of bytes.',
    'W/"bVnUVf9FJ7Dp0mhK3pT5Yw"',
  ),
  'WWW-Authenticate': header('Which token is asked for (RFC 6750).', 'Bearer realm="bet-maker"'),
  'Retry-After': header('Seconds after which the request may be sent again.', '1'),
};

function header(description: string, example: string): Part {
  return { description, schema: { type: 'string' }, example };
}

/** Two of them are the same header with another meaning. */
function headerReferences(names: readonly string[]): Part {
  return Object.fromEntries(
    names.map((name) => [
      name === 'AnswerTag' ? 'ETag' : name,
      { $ref: `#/components/headers/${name}` },
    ]),
  );
}

interface Success {
  description: string;
  schema: string;
  headers?: readonly string[];
  examples: Record<string, Part | Part[]>;
}

export function success({ description, schema, headers = [], examples }: Success): Part {
  return {
    description,
    headers: headerReferences(['X-Request-Id', ...headers]),
    content: {
      'application/json': { schema: { $ref: referenceTo(schema) }, examples: named(examples) },
    },
  };
}

/** The answers of a call whose client is told when nothing has changed. */
export function taggedSuccess(given: Success): Record<'200' | '304', Part> {
  const { headers = [] } = given;
  return {
    '200': success({ ...given, headers: [...headers, 'AnswerTag'] }),
    '304': {
      description: 'Nothing has changed since the answer with a tag of `If-None-Match`.',
      headers: headerReferences(['X-Request-Id', ...headers, 'AnswerTag']),
    },
  };
}

export function named(values: Record<string, unknown>): Part {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}

/** A problem that a call may answer, as the service would tell it. */
export interface Refusal {
  code: ProblemCode;
  detail: string;
  errors?: readonly Fault[];
}

/** The responses of the refusals, each status with all its problems. */
export function refusals(list: readonly Refusal[]): Record<string, Part> {
  const byStatus = Map.groupBy(list, ({ code }) => PROBLEMS[code].status.toString());
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, refusal(group)]));
}

/** Headers that a refusal has by its status. */
const HEADERS_OF: Record<number, readonly string[]> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  503: ['Retry-After'],
};

function refusal(group: readonly Refusal[]): Part {
  const codes = group.map(({ code }) => code);
  const headers = new Set(codes.flatMap((code) => HEADERS_OF[PROBLEMS[code].status] ?? []));
  return {
    description: codes.map(describe).join('\n\n'),
    headers: headerReferences(['X-Request-Id', ...headers]),
    content: {
      'application/problem+json': {
        schema: { $ref: referenceTo('Problem') },
        examples: Object.fromEntries(group.map((each) => [each.code, problemExample(each)])),
      },
    },
  };
}

function describe(code: ProblemCode): string {
  return `**${PROBLEMS[code].title}.** ${PROBLEM_ADVICE[code]} [${code}](/docs/problems#${code})`;
}

function problemExample({ code, detail, errors }: Refusal): Part {
  return {
    summary: PROBLEMS[code].title,
    value: JSON.parse(problemResponse(code, detail, REQUEST_ID, errors).body),
  };
}

/** Refusals that belong to no call: nothing is at the path, or not with this method. */
const BEFORE_ANY_CALL: readonly Refusal[] = [
  { code: 'route-not-found', detail: 'There is nothing at /wagers.' },
  { code: 'method-not-allowed', detail: '/bets has GET, HEAD, POST.' },
];

/** RFC 9457. The one schema that no validation has, since the service never reads a problem. */
export const PROBLEM_SCHEMA: Part = {
  type: 'object',
  description:
    'An RFC 9457 problem. A 4xx is final: the same request would be refused again. A 5xx leaves open ' +
    'whether the request had its effect; the same request with the same `Idempotency-Key` finds out.',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: {
      type: 'string',
      format: 'uri-reference',
      description: 'Which problem it is, and where it is explained. More may be added.',
    },
    title: { type: 'string', description: 'The problem in a few words, always the same.' },
    status: { type: 'integer', minimum: 400, maximum: 599, description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What is wrong this time.' },
    instance: {
      type: 'string',
      format: 'uri',
      description: 'This one occurrence, by the id of the request.',
    },
    errors: {
      type: 'array',
      description: 'Every fault of a request that is not valid.',
      items: {
        type: 'object',
        required: ['in', 'pointer', 'detail'],
        properties: {
          in: { type: 'string', enum: ['body', 'query', 'path', 'header'] },
          pointer: { type: 'string', description: 'An RFC 6901 JSON Pointer as a URI fragment.' },
          detail: { type: 'string' },
        },
      },
    },
  },
  examples: BEFORE_ANY_CALL.map((each) => problemExample(each)['value']),
};

/** Refusals that any call with the trait may give, once for all of them in `#/components/responses`. */
const SHARED = {
  BodyTooLarge: { code: 'body-too-large', detail: 'A body may have 65536 bytes.' },
  ExpectationFailed: {
    code: 'expectation-failed',
    detail: 'Of all expectations only 100-continue is met.',
  },
  HeadersTooLarge: { code: 'headers-too-large', detail: 'The headers are too large.' },
  Internal: {
    code: 'internal',
    detail: 'The failure was logged under the id of this request.',
  },
  MalformedRequest: { code: 'malformed-request', detail: 'The request cannot be read.' },
  RequestTimeout: { code: 'request-timeout', detail: 'The request did not end in time.' },
  Unavailable: {
    code: 'unavailable',
    detail: 'The store cannot be reached or is busy; try again.',
  },
  UnsupportedMediaType: { code: 'unsupported-media-type', detail: 'Send application/json.' },
} as const satisfies Record<string, Refusal>;

export const SHARED_RESPONSES: Record<string, Part> = Object.fromEntries(
  Object.entries(SHARED).map(([name, each]) => [name, refusal([each])]),
);

function shared(...names: readonly (keyof typeof SHARED)[]): Record<string, Part> {
  return Object.fromEntries(
    names.map((name) => [
      PROBLEMS[SHARED[name].code].status,
      { $ref: `#/components/responses/${name}` },
    ]),
  );
}

/** What may befall every request, one that asks the store, one with a body. */
export const ANY_REQUEST = shared(
  'MalformedRequest',
  'RequestTimeout',
  'ExpectationFailed',
  'HeadersTooLarge',
);
export const ASKS_STORE = shared('Internal', 'Unavailable');
export const HAS_BODY = shared('BodyTooLarge', 'UnsupportedMediaType');
