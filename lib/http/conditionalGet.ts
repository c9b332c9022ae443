import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import { CONDITION, hashOf, readCondition } from './entityTags.ts';
import type { HttpResponse } from './problems.ts';

/**
 * A conditional GET: the answer is 304 for a client that has it already. An answer without a tag
 * gets a weak one, of its body and its link.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function conditional(
  { headers, requestContext }: Pick<ApiEvent, 'headers' | 'requestContext'>,
  response: HttpResponse,
): HttpResponse {
  if (!['GET', 'HEAD'].includes(requestContext.http.method)) return response;
  if (response.statusCode !== 200) return response;
  const etag = response.headers['etag'] ?? weakTagOf(response);
  // Only what has a weak tag may be compressed.
  const vary = etag.startsWith('W/') && { vary: 'accept-encoding' };
  const tagged = { ...response, headers: { ...response.headers, etag, ...vary } };
  return isIn(headers['if-none-match'] ?? '', etag) ? withoutBody(tagged) : tagged;
}

function weakTagOf({ headers, body }: HttpResponse): string {
  return `W/"${hashOf((headers['link'] ?? '') + body)}"`;
}

/** Compared weakly, as RFC 9110 asks for this header. What is no list of tags matches nothing. */
function isIn(condition: string, etag: string): boolean {
  if (!CONDITION.test(condition)) return false;
  const known = readCondition(condition);
  return known === '*' || known.some(({ opaque }) => opaque === etag.replace(/^W\//, ''));
}

function withoutBody({ headers }: HttpResponse): HttpResponse {
  const { 'content-type': _type, ...kept } = headers;
  return { statusCode: 304, headers: kept, body: '' };
}
