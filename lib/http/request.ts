import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import type * as z from 'zod';
import { type Fault, HttpError } from './problems.ts';

const PARTS = ['path', 'query', 'headers', 'body'] as const;
type Part = (typeof PARTS)[number];

/** The schemas of a request's parts; a part without one is not looked at. */
export type RequestSchemas = { [Name in Part]?: z.ZodType };

export type Parsed<Schemas extends RequestSchemas> = {
  [Name in keyof Schemas]: Schemas[Name] extends z.ZodType ? z.output<Schemas[Name]> : undefined;
};

/** Every part of the request by its schema. Throws `invalid-request` with the faults of all. */
export function parseRequest<Schemas extends RequestSchemas>(
  schemas: Schemas,
  { pathParameters: path = {}, queryStringParameters: query = {}, headers, body }: ApiEvent,
): Parsed<Schemas> {
  const sent = { path, query, headers, body };
  const parsed: { [Name in Part]?: unknown } = {};
  const faults: Fault[] = [];
  for (const part of PARTS) {
    const result = schemas[part]?.safeParse(sent[part]);
    if (result?.success) parsed[part] = result.data;
    else faults.push(...(result?.error.issues.flatMap((issue) => faultsOf(part, issue)) ?? []));
  }
  if (faults.length > 0) {
    faults.splice(MAX_FAULTS);
    const where = faults.map((fault) => `${fault.in} ${fault.pointer}`).join(', ');
    throw new HttpError('invalid-request', `Not valid: ${where}.`, faults);
  }
  return parsed as Parsed<Schemas>; // Each member was made by the schema of the same name.
}

function faultsOf(part: Part, issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [faultAt(part, issue.path, issue.message)];
  return issue.keys.map((key) => faultAt(part, [...issue.path, key], 'is not known'));
}

/** More are not told: an answer is not to be many times the size of its request. */
const MAX_FAULTS = 100;
/** At most this much of a name that a client made up is repeated to it. */
const MAX_POINTER = 200;

/** The pointer is RFC 6901 §6: `~` and `/` escaped, then percent-encoded as a URI fragment. */
function faultAt(part: Part, path: readonly PropertyKey[], detail: string): Fault {
  const tokens = path.map((name) => String(name).replaceAll('~', '~0').replaceAll('/', '~1'));
  const pointer = tokens.map((token) => `/${encodeURIComponent(token.toWellFormed())}`).join('');
  const where = part === 'headers' ? 'header' : part;
  return { in: where, pointer: `#${pointer.slice(0, MAX_POINTER)}`, detail };
}
