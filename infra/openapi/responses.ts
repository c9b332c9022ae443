import * as z from 'zod';
import type { Call, CallDocs, Refusal } from '../../lib/http/call.ts';
import { betCursor } from '../../lib/http/calls/listBets.ts';
import { byNumber, byText } from '../../lib/http/examples.ts';
import { nextLink } from '../../lib/http/paging.ts';
import { type ProblemCode, problemResponse, PROBLEMS } from '../../lib/http/problems.ts';
import { rootFrom } from '../../lib/http/references.ts';
import { byName, content, named, type Part, reference, referenceTo } from './schemas.ts';

export type Docs = ReturnType<CallDocs>;

const REQUEST_ID = '5f0c4a4e-6f2b-4e0f-9d57-3c1b7f6f0a11';
const NEXT_PAGE = nextLink({ limit: 2 }, betCursor(byNumber.id, undefined)).link ?? '';

/** Every header that tells a client something, by its name in `#/components/headers`. */
export const HEADERS: Record<string, Part> = {
  'X-Request-Id': header('The id of the request. A failure is logged with it.', REQUEST_ID),
  Location: header('Where the bet is, relative to the request.', `bets/${byText.id}`),
  'Idempotency-Replayed': header(
    '`true` when the request repeats an earlier one, which placed the bet.',
    'true',
  ),
  Link: header(
    'The next page (RFC 8288), relative to the request. The last page has none.',
    NEXT_PAGE,
  ),
  ETag: header(
    'The version of the result, then what changes with the answer. `If-Match` compares the ' +
      'version, `If-None-Match` the whole tag. The tag is strong.',
    '"1-bVnUVf9FJ7Dp0mhK3pT5Yw"',
  ),
  AnswerTag: header(
    'The version of this answer, for `If-None-Match`. The tag is weak.',
    'W/"bVnUVf9FJ7Dp0mhK3pT5Yw"',
  ),
  'WWW-Authenticate': header('The token that is needed (RFC 6750).', 'Bearer realm="bet-maker"'),
  'Retry-After': header('Seconds after which the request may be sent again.', '1'),
};

function header(description: string, example: string): Part {
  return { description, schema: { type: 'string' }, example };
}

/** References to them. `ETag` has two meanings, and so two names. */
function headers(...names: readonly string[]): Part {
  const references = ['X-Request-Id', ...names].map((name) => {
    return [name === 'AnswerTag' ? 'ETag' : name, reference('headers', name)] as const;
  });
  return Object.fromEntries(references);
}

/** Everything that a call answers, by status. */
export function responsesOf(call: Call, docs: Docs): Record<string, Part> {
  const hasBody = call.request.body !== undefined;
  // As lib/http/conditionalGet.ts has it: an answer without a tag of its own gets one.
  const isConditional = call.method === 'GET';
  const own = docs.answers[200]?.headers ?? [];
  const tag = isConditional && !own.includes('ETag') ? ['AnswerTag'] : [];
  const answers: Record<string, Part> = {};
  for (const [status, answer] of Object.entries(docs.answers)) {
    const { description, schema, examples } = answer;
    const body = content(referenceTo(schema), named(examples));
    answers[status] = { description, headers: headers(...answer.headers, ...tag), ...body };
  }
  return {
    ...answers,
    ...(isConditional && {
      304: {
        description: 'Nothing has changed: the answer still has a tag of `If-None-Match`.',
        headers: headers(...own, ...tag),
      },
    }),
    ...refusals(hasBody ? [...docs.refusals, MALFORMED, CROSS_SITE] : docs.refusals, call.path),
    ...shared([...ANY_REQUEST, ...ASKS_STORE, ...(hasBody ? HAS_BODY : [])]),
    429: reference('responses', 'TooManyRequests'),
  };
}

/** The responses of the refusals, each status with all its problems. */
export function refusals(list: readonly Refusal[], path: string): Record<string, Part> {
  const byStatus = Map.groupBy(list, ({ code }) => PROBLEMS[code].status);
  return Object.fromEntries(
    Array.from(byStatus, ([status, group]) => [status, refusal(group, rootFrom(path))]),
  );
}

/** Headers that a refusal has. */
const HEADERS_OF: { [Code in ProblemCode]?: readonly string[] } = {
  'not-ready': ['Retry-After'],
  unauthorized: ['WWW-Authenticate'],
  unavailable: ['Retry-After'],
};

/** Statuses with which API Gateway too refuses requests, with a body of its own. */
const GATEWAY_REFUSES = new Set([401, 403]);

function refusal(group: readonly Refusal[], root: string): Part {
  const examples = Object.fromEntries(group.map((each) => [each.code, problemExample(each, root)]));
  const { content: problem } = content(
    referenceTo(problemBody),
    examples,
    'application/problem+json',
  );
  const isGatewayToo = group.some(({ code }) => GATEWAY_REFUSES.has(PROBLEMS[code].status));
  return {
    description: group.map(({ code }) => describe(code)).join('\n\n'),
    headers: headers(...group.flatMap(({ code }) => HEADERS_OF[code] ?? [])),
    content: { ...problem, ...(isGatewayToo && gatewayContent) },
  };
}

function describe(code: ProblemCode): string {
  const { title, advice } = PROBLEMS[code];
  return `**${title}.** ${advice} [${code}](docs/problems#${code})`;
}

function problemExample(refused: Refusal, root = '') {
  const { body } = problemResponse({ ...refused, requestId: REQUEST_ID, root });
  const value: Part = JSON.parse(body);
  return { summary: PROBLEMS[refused.code].title, value };
}

const fault = z.object({
  in: z.enum(['body', 'query', 'path', 'header']),
  pointer: z.string().describe('An RFC 6901 JSON Pointer as a URI fragment.'),
  detail: z.string(),
});

/** RFC 9457. The service answers problems and reads none. */
const problemBody = z
  .object({
    type: z.string().meta({
      format: 'uri-reference',
      description:
        'Where the kind of problem is explained, relative to the request. What follows `#` is ' +
        'the kind. New kinds may be added.',
    }),
    title: z.string().describe('The problem in a few words, always the same.'),
    status: z.int().min(400).max(599).describe('The HTTP status.'),
    detail: z.string().describe('What is wrong this time.'),
    instance: z
      .string()
      .meta({ format: 'uri', description: 'This occurrence, by the id of the request.' }),
    errors: z.array(fault).optional().describe('Every fault of a request that is not valid.'),
  })
  .meta({
    id: 'Problem',
    description:
      'An RFC 9457 problem. A 4xx is final: the same request would be refused again. A 5xx ' +
      'leaves open whether the request had its effect; the same request with the same ' +
      '`Idempotency-Key` finds out.',
    // These two belong to no call.
    examples: [
      problemExample({ code: 'route-not-found', detail: 'There is nothing at /wagers.' }).value,
      problemExample({ code: 'method-not-allowed', detail: '/bets has GET, HEAD, POST.' }).value,
    ],
  });

/** The body of an answer that API Gateway gives by itself. */
const gatewayBody = z.object({ message: z.string() }).meta({
  id: 'GatewayMessage',
  description: 'What API Gateway says when it refuses a request itself. It is no problem of ours.',
});
const { content: gatewayContent } = content(referenceTo(gatewayBody), {});

/** What may befall every request, one that asks the store, one with a body. */
export const ANY_REQUEST: readonly Refusal[] = [
  { code: 'malformed-request', detail: 'This is not HTTP/1.1.' },
  { code: 'request-timeout', detail: 'The request did not end in time.' },
  { code: 'expectation-failed', detail: 'Of all expectations only 100-continue is met.' },
  { code: 'headers-too-large', detail: 'The headers are too large.' },
  { code: 'misdirected', detail: 'The service does not answer for this host.' },
];
const ASKS_STORE: readonly Refusal[] = [
  { code: 'internal', detail: 'The failure was logged under the id of this request.' },
  { code: 'unavailable', detail: 'The store cannot be reached or is busy; try again.' },
];
const MISFIT: Refusal = {
  code: 'not-ready',
  detail:
    'The store does not fit: it has layout 3, and this version of the service needs layout 2. ' +
    'docs/upgrade.md says what to do.',
};
const MALFORMED: Refusal = { code: 'malformed-json', detail: 'The body cannot be parsed as JSON.' };
const CROSS_SITE: Refusal = {
  code: 'cross-site',
  detail: 'A page of another site sent this request.',
};
const HAS_BODY: readonly Refusal[] = [
  { code: 'body-too-large', detail: 'A body may have 65536 bytes.' },
  { code: 'unsupported-media-type', detail: 'Send application/json.' },
];

/** `body-too-large` is `BodyTooLarge` in `#/components/responses`. */
const sharedName = (code: ProblemCode): string =>
  code.replaceAll(/(?:^|-)([a-z])/g, (_all, letter: string) => letter.toUpperCase());

export function shared(list: readonly Refusal[]): Record<string, Part> {
  return Object.fromEntries(
    list.map(({ code }) => [PROBLEMS[code].status, reference('responses', sharedName(code))]),
  );
}

/** What API Gateway answers on AWS before a request gets to the service. */
const TOO_MANY_REQUESTS: Part = {
  description:
    'Only on AWS, from API Gateway itself: there are more requests a second than the deployment ' +
    'takes. The request had no effect. Wait, and send it again.',
  content: gatewayContent,
};

export const SHARED_RESPONSES = {
  ...byName(
    [...ANY_REQUEST, ...ASKS_STORE, ...HAS_BODY].map((each) => {
      // Both are a 503.
      const group = each.code === 'unavailable' ? [each, MISFIT] : [each];
      return [sharedName(each.code), refusal(group, '')];
    }),
  ),
  TooManyRequests: TOO_MANY_REQUESTS,
};
