import * as z from 'zod';
import { PROBLEMS } from '../../lib/http/problems.ts';
import type { WireAnswer } from './wire.ts';

const error = z.strictObject({
  in: z.enum(['body', 'query', 'path', 'header']),
  pointer: z.string().regex(/^#(?:\/|$)/),
  detail: z.string().min(1),
});
const problem = z.strictObject({
  type: z.string().regex(/^(?:\.\.\/)*docs\/problems#/),
  title: z.string(),
  status: z.int(),
  detail: z.string().min(1),
  instance: z.string().startsWith('urn:bet-maker:request:'),
  errors: z.array(error).min(1).optional(),
});

/** What is wrong with an answer: a failure, or a refusal that is no problem of the catalogue. */
export function problemFault(answer: WireAnswer, bodyless: boolean): string | undefined {
  const { status, headers, body } = answer;
  if (!(status >= 200 && status < 500)) return `answered ${status}`;
  if (status < 300 || status === 304) return undefined;
  const type = headers.get('content-type');
  if (type !== 'application/problem+json') return `a ${status} is no problem`;
  if (bodyless) return undefined;
  return bodyFault(body, status, headers.get('x-request-id'));
}

function bodyFault(body: string, status: number, requestId?: string): string | undefined {
  const parsed = problem.safeParse(parse(body));
  if (!parsed.success) return `a ${status} is a malformed problem: ${body}`;
  const { type, title, status: said, instance } = parsed.data;
  const code = type.slice(type.indexOf('#') + 1);
  const known = Object.entries(PROBLEMS).find(([name]) => name === code)?.[1];
  const right = known?.status === status && said === status && known.title === title;
  if (!right || instance !== `urn:bet-maker:request:${requestId}`) {
    return `a ${status} is not as in the catalogue: ${body}`;
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
