import { createHash } from 'node:crypto';

/** Entity tags (RFC 9110 §8.8.3), and the conditions that are made of them. */

/** `opaque` is the tag without `W/`, in its quotes. */
export interface EntityTag {
  opaque: string;
  isWeak: boolean;
}

/** Half of SHA-256: what a tag names is not to be mistaken for another by chance. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

const TAG = /(W\/)?("[!#-~\u0080-\uffff]*")/g;
const { source } = TAG;

/**
 * The value of `If-Match` or `If-None-Match`: `*`, or a list of tags, of which empty elements are
 * ignored (RFC 9110 §5.6.1.2).
 */
export const CONDITION = new RegExp(
  String.raw`^(?:\s*\*\s*|[\s,]*${source}(?:\s*,[\s,]*${source})*[\s,]*)$`,
);

/** What `CONDITION` matches, read. */
export function readCondition(text: string): '*' | readonly EntityTag[] {
  if (text.trim() === '*') return '*';
  return Array.from(text.matchAll(TAG), ([, weak, opaque = '']) => {
    return { opaque, isWeak: weak !== undefined };
  });
}
