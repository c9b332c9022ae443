import type * as z from 'zod';
import type { Context } from '../bets/context.ts';
import type { Fault, ProblemCode } from './problems.ts';
import type { Parsed, RequestSchemas } from './request.ts';

/** What a call answers when all goes well. */
export interface Answer {
  status: number;
  /** The path of what was made, from the root of the service: `bets/01a2…`. */
  location?: string;
  headers?: Record<string, string>;
  body: unknown;
}

/** Who makes a call, as far as the gateway knows. */
export interface Caller {
  /** Of the token that it let through. */
  subject?: string | undefined;
}

/** One call of the API: where it is, what it takes and what it answers. */
export interface Call<Schemas extends RequestSchemas = RequestSchemas> {
  name: string;
  /** A GET answers HEAD too. */
  method: 'GET' | 'POST' | 'PUT';
  /** As API Gateway writes it: `/bets/{id}`, and `{id+}` for what may have slashes. */
  path: string;
  /** Only operators may make the call. */
  operatorsOnly?: true;
  request: Schemas;
  respond(context: Context, request: Parsed<Schemas>, caller: Caller): Promise<Answer>;
}

/** Gives `respond` the types that the schemas of its call make. */
export function defineCall<Schemas extends RequestSchemas>(call: Call<Schemas>): Call<Schemas> {
  return call;
}

/** A problem that a call may answer, as the service would tell it. */
export interface Refusal {
  code: ProblemCode;
  detail: string;
  errors?: readonly Fault[];
}

/** What the document says of an answer. `headers` are the names of those that tell something. */
export function answer(
  description: string,
  schema: z.ZodType,
  examples: Record<string, unknown>,
  ...headers: readonly string[]
) {
  return { description, schema, examples, headers };
}

/**
 * What the API's document says of a call beside its schemas. It is a function apart from the call,
 * so that no Lambda's bundle has it.
 */
export type CallDocs = () => {
  tag: 'bets' | 'events';
  summary: string;
  description?: string;
  /** What a form may begin with, by the name of the parameter in the path. */
  pathExamples?: Record<string, string>;
  /** Examples of the body. */
  bodies?: Record<string, unknown>;
  /** By status. */
  answers: Record<number, ReturnType<typeof answer>>;
  refusals: readonly Refusal[];
};

/** A request of which one value is not valid. */
export function invalid(part: Fault['in'], pointer: string, detail: string): Refusal {
  const errors = [{ in: part, pointer, detail }];
  return { code: 'invalid-request', detail: `Not valid: ${part} ${pointer}.`, errors };
}
