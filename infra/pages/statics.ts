import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RequestHandler } from 'express';
import { ANSWER_HEADERS } from '../../lib/http/problems.ts';

/**
 * What a page may load: its own host's files and nothing else, nothing inline. `data:` images are the
 * reference's icons.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "base-uri 'none'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "script-src 'self'",
  "style-src 'self'",
].join('; ');

/** Sent with every page and what it loads: kept by browsers, and asked about each time. */
const PAGE_HEADERS = {
  ...ANSWER_HEADERS,
  'cache-control': 'no-cache',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  vary: 'accept-encoding',
};

interface Prepared {
  bytes: Buffer;
  gzipped: Buffer;
  etag: string;
}

/** Answers what is the same for every request: read and compressed once, at the first. */
export function answerStatic(
  contentType: string,
  read: () => Promise<Buffer> | Buffer,
): RequestHandler {
  let prepared: Promise<Prepared> | undefined;
  return async (request, response) => {
    prepared ??= prepare(read);
    try {
      const { bytes, gzipped, etag } = await prepared;
      // Not `set`: it would add to the content type.
      response.setHeaders(
        new Map(Object.entries({ ...PAGE_HEADERS, 'content-type': contentType, etag })),
      );
      if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return void response.send(bytes);
      response.set('content-encoding', 'gzip').send(gzipped);
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  };
}

async function prepare(read: () => Promise<Buffer> | Buffer): Promise<Prepared> {
  const bytes = await read();
  const gzipped = await promisify(gzip)(bytes);
  const hash = createHash('sha256').update(bytes).digest('base64url');
  // Weak, since the compressed bytes have it too (RFC 9110 §8.8.3.3).
  return { bytes, gzipped, etag: `W/"${hash.slice(0, 22)}"` };
}
