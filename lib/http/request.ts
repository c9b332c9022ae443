import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import * as z from 'zod';
import { faultAt, invalidRequest, type Part } from './faults.ts';
import { pathParametersOf } from './pathParameters.ts';
import type { Fault } from './problems.ts';
import { parseQuery } from './query.ts';

const PARTS = ['path', 'query', 'headers', 'body'] as const;

/** The schemas of a request's parts; a part without one is not looked at. */
export type RequestSchemas = { [Name in Part]?: z.ZodType };

export type Parsed<Schemas extends RequestSchemas> = {
  [Name in keyof Schemas]: Schemas[Name] extends z.ZodType ? z.output<Schemas[Name]> : undefined;
};

/** Every part of the request by its schema. Throws `invalid-request` with the faults of all. */
export function parseRequest<Schemas extends RequestSchemas>(
  { path, request: schemas }: { path: string; request: Schemas },
  apiEvent: ApiEvent,
): Parsed<Schemas> {
  const { headers, body } = apiEvent;
  const { query, faults: queryFaults } = parseQuery(apiEvent.rawQueryString);
  const sent = { path: pathParametersOf(path, apiEvent), query, headers, body };
  const parsed: { [Name in Part]?: unknown } = {};
  const faults: Fault[] = [];
  for (const part of PARTS) {
    const schema = schemas[part];
    if (schema === undefined) continue;
    if (part === 'query') {
      faults.push(...queryFaults.map(({ name, detail }) => faultAt(part, [name], detail)));
    }
    const result = schema.safeParse(sent[part]);
    if (result.success) parsed[part] = result.data;
    else faults.push(...result.error.issues.flatMap((issue) => faultsOf(part, issue, schema)));
  }
  if (faults.length > 0) throw invalidRequest(faults);
  return parsed as Parsed<Schemas>; // Each member was made by the schema of the same name.
}

function faultsOf(part: Part, issue: z.core.$ZodIssue, schema: z.ZodType): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [faultAt(part, issue.path, issue.message)];
  const names = issue.path.length === 0 ? namesIn(schema) : [];
  const detail = names.length > 0 ? `is not one of ${names.join(', ')}` : 'is not known';
  return issue.keys.map((key) => faultAt(part, [...issue.path, key], detail));
}

/** The members that a part may have. */
function namesIn(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  return schema instanceof z.ZodPipe ? [schema.in, schema.out].flatMap(namesIn) : [];
}
