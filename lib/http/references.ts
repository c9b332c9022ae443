/**
 * References that the service writes are relative to the request (RFC 3986 §4.2). They hold behind
 * any path that a proxy, a stage or a mapping puts before the service's own.
 */

/** From a request's path to the root of the service: `../` for each segment but the last. */
export function rootFrom(path: string): string {
  return '../'.repeat(Math.max(0, path.split('/').length - 2));
}

/**
 * The same for a call's path such as `/events/{event_id+}`. An id is one segment, since its slashes
 * are percent-encoded: `rawPath` is decoded, and tells only whether a slash follows that no id has.
 */
export function rootFromCall(path: string, rawPath: string): string {
  return rootFrom(rawPath.endsWith('/') && !path.endsWith('+}') ? `${path}/` : path);
}
