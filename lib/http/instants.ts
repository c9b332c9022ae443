import * as z from 'zod';

/** `date-time` of RFC 3339 §5.6. A leap second is no instant of this clock. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?(?:Z|[+-]\d\d:\d\d)$/;
const possible = z.iso.datetime({ offset: true });
/** The last millisecond that RFC 3339 can write. */
const LAST = Date.UTC(10_000, 0) - 1;

const RULE = 'must be an instant such as 2026-11-27T20:00:00Z or, in a query, …T20:00:00%2B01:00';

/**
 * An instant in milliseconds since the epoch, rounded up: whole milliseconds are before it as they
 * are before what was sent. Letters may be small.
 */
export const instant = z.string().transform((given, context): number => {
  const text = given.toUpperCase();
  const match = DATE_TIME.exec(text);
  if (match === null || !possible.safeParse(text).success) {
    context.addIssue({ code: 'custom', message: RULE });
    return z.NEVER;
  }
  const [, fraction = ''] = match;
  const more = /[1-9]/.test(fraction.slice(3)) ? 1 : 0;
  return Math.min(Math.max(Date.parse(text) + more, 0), LAST);
});
