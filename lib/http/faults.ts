import { type Fault, HttpError } from './problems.ts';

/** The faults of a request, as its sender hears of them. */

/** A part of a request, by the name that its schema has. */
export type Part = 'path' | 'query' | 'headers' | 'body';

/** More are not told: an answer is not to be many times the size of its request. */
const MAX_FAULTS = 100;

export function invalidRequest(faults: readonly Fault[]): HttpError {
  const told = faults.slice(0, MAX_FAULTS);
  const where = told.map((fault) => `${fault.in} ${fault.pointer}`).join(', ');
  return new HttpError('invalid-request', `Not valid: ${where}.`, told);
}

/** At most this much of a name that a client made up is repeated to it. */
const MAX_POINTER = 200;

/** The pointer is RFC 6901 §6: `~` and `/` escaped, then percent-encoded as a URI fragment. */
export function faultAt(part: Part, path: readonly PropertyKey[], detail: string): Fault {
  const tokens = path.map((name) => String(name).replaceAll('~', '~0').replaceAll('/', '~1'));
  const pointer = tokens.map((token) => `/${encodeURIComponent(token.toWellFormed())}`).join('');
  const where = part === 'headers' ? 'header' : part;
  return { in: where, pointer: `#${pointer.slice(0, MAX_POINTER)}`, detail };
}
