import type * as z from 'zod';
import type { BetId } from '../bets/ids.ts';
import { encodeCursor } from './cursor.ts';
import type { listBetsQuery } from './schemas.ts';

/** The header that leads to the next page (RFC 8288), or none after the last. */
export function nextLink(
  { limit, event_id, status }: z.output<typeof listBetsQuery>,
  next: BetId | undefined,
): { link?: string } {
  if (next === undefined) return {};
  const query = new URLSearchParams({
    limit: limit.toString(),
    ...(event_id !== undefined && { event_id }),
    ...(status !== undefined && { status }),
    cursor: encodeCursor(next, event_id),
  });
  return { link: `</bets?${query.toString()}>; rel="next"` };
}
