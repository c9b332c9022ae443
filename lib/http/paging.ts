import { createHash } from 'node:crypto';
import * as z from 'zod';

/** How the pages of a list follow each other. */

const CHECK_BYTES = 6;

/** Tells a cursor of ours, for this very filter, from one that was cut, mixed up or made up. */
function checkOf(place: Uint8Array, filter: string): Buffer {
  return createHash('sha256').update(place).update(filter).digest().subarray(0, CHECK_BYTES);
}

/** An opaque place in a list, as text of the URL-safe alphabet. */
export function sealCursor(place: Uint8Array, filter: string): string {
  return Buffer.concat([place, checkOf(place, filter)]).toString('base64url');
}

/** The place that a cursor holds; undefined for a cursor that is not ours or of another filter. */
export function openCursor(text: string, filter: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Decoding passes over what is not in the alphabet; encoding again shows whether there was any.
  if (bytes.length <= CHECK_BYTES || bytes.toString('base64url') !== text) return undefined;
  const place = bytes.subarray(0, -CHECK_BYTES);
  return checkOf(place, filter).equals(bytes.subarray(-CHECK_BYTES)) ? place : undefined;
}

export const cursor = z.string().optional().meta({
  id: 'Cursor',
  description:
    'Where the page begins. The value is opaque: it is in the header `Link` of the page before.',
});

/** How many a page may have at most, and has unless the client wants fewer. */
export function limitUpTo(most: number, meta: z.core.GlobalMeta) {
  const error = `must be an integer from 1 to ${most}`;
  const limit = z
    .string()
    .regex(/^\d{1,4}$/, error)
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, { error })
    .default(most);
  // A number to the document, without the pattern that judges its text.
  const bounds = { type: 'integer', pattern: undefined, minimum: 1, maximum: most, default: most };
  return limit.meta({ ...meta, ...bounds });
}

/**
 * Puts the place that a query's cursor holds in place of the cursor. `same` is the name of the
 * parameter that the list is filtered by, as it was on the page before.
 */
export function placeFrom<Query extends { cursor?: string | undefined }, Place>(
  openIn: (text: string, query: Query) => Place | undefined,
  same: string,
) {
  return ({ ...query }: Query, context: z.core.$RefinementCtx) => {
    const { cursor: text } = query;
    const before = text === undefined ? undefined : openIn(text, query);
    if (text !== undefined && before === undefined) {
      const message = `must be a cursor from the Link header of a page with the same ${same}`;
      context.issues.push({ code: 'custom', path: ['cursor'], message, input: text });
      return z.NEVER;
    }
    return { ...query, before };
  };
}

type Filter = Record<string, string | number | undefined>;

/**
 * The header that leads to a list's next page (RFC 8288), or none after the last. A reference that
 * is a query alone keeps the path of the request.
 */
export function nextLink(query: Filter, next: string | undefined): { link?: string } {
  if (next === undefined) return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, value.toString());
  }
  parameters.append('cursor', next);
  return { link: `<?${parameters.toString()}>; rel="next"` };
}
