import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import type { HttpResponse } from './problems.ts';

/**
 * A conditional GET: the answer gets a weak entity tag of its body and its link, and is 304 for a
 * client that has it already.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function conditional(
  { headers, requestContext }: Pick<ApiEvent, 'headers' | 'requestContext'>,
  response: HttpResponse,
): HttpResponse {
  if (!['GET', 'HEAD'].includes(requestContext.http.method)) return response;
  // An event's own tag is its version, which says nothing of how far its settlement is.
  if (response.statusCode !== 200 || response.headers['etag'] !== undefined) return response;
  const etag = tagOf(response);
  const tagged = { ...response, headers: { ...response.headers, etag } };
  return isIn(headers['if-none-match'] ?? '', etag) ? withoutBody(tagged) : tagged;
}

/** Half of SHA-256: what a page shows is not to be mistaken for another by chance. */
function tagOf({ headers, body }: HttpResponse): string {
  const hash = createHash('sha256').update((headers['link'] ?? '') + body);
  return `W/"${hash.digest('base64url').slice(0, 22)}"`;
}

/** Compared weakly, as RFC 9110 asks for this header. */
function isIn(condition: string, etag: string): boolean {
  const tags = new Set(condition.split(',').map((tag) => tag.trim().replace(/^W\//, '')));
  return tags.has('*') || tags.has(etag.slice('W/'.length));
}

function withoutBody({ headers }: HttpResponse): HttpResponse {
  const { 'content-type': _type, ...kept } = headers;
  return { statusCode: 304, headers: kept, body: '' };
}
