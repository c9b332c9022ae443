import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RequestHandler } from 'express';
import { ANSWER_HEADERS } from '../../lib/http/problems.ts';

/** Only its own host's files, and nothing inline. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; " +
  "frame-ancestors 'none'; img-src 'self'; script-src 'self'; style-src 'self'";

/** Browsers keep the pages and what these load, and ask each time whether it has changed. */
const PAGE_HEADERS = {
  ...ANSWER_HEADERS,
  'cache-control': 'no-cache',
  'content-security-policy': CONTENT_SECURITY_POLICY,
};

/** Answers what is the same for every request: read and compressed once, at the first. */
export function answerStatic(contentType: string, read: () => Promise<Buffer>): RequestHandler {
  let prepared: ReturnType<typeof prepare> | undefined;
  return async (request, response) => {
    prepared ??= prepare(read).catch((error: unknown) => {
      // The next request reads again.
      prepared = undefined;
      throw error;
    });
    const { bytes, gzipped, etag } = await prepared;
    const headers = { ...PAGE_HEADERS, 'content-type': contentType, etag };
    // Not `set`: it would add to the content type.
    response.setHeaders(new Map(Object.entries(headers))).vary('accept-encoding');
    if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return void response.send(bytes);
    response.set('content-encoding', 'gzip').send(gzipped);
  };
}

async function prepare(read: () => Promise<Buffer>) {
  const bytes = await read();
  const hash = createHash('sha256').update(bytes).digest('base64url');
  // Weak, since the compressed bytes have it too (RFC 9110 §8.8.3.3).
  return { bytes, gzipped: await promisify(gzip)(bytes), etag: `W/"${hash.slice(0, 22)}"` };
}
