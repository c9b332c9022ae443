import type { RequestHandler } from 'express';
import { isIPv6 } from 'node:net';
import type { Config } from '../../lib/config.ts';
import { refuse } from '../express/answers.ts';

/** What browsers take for this machine, whatever a name server says. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** An address or a name as it stands in a URL (RFC 3986 §3.2.2). */
export function hostInUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** The hosts that the service answers for; undefined when it answers for every host. */
export function ownHosts({
  operatorToken,
  host,
  allowedHosts,
}: Pick<Config, 'operatorToken' | 'host' | 'allowedHosts'>): readonly string[] | undefined {
  // Who has no token settles nothing, under whatever name.
  if (operatorToken !== undefined && allowedHosts.length === 0) return undefined;
  return [...new Set([...LOOPBACK, hostInUrl(host).toLowerCase(), ...allowedHosts])];
}

/**
 * Refuses a request for a host that is not the service's own. A page of another site can make its
 * own name lead to this machine (DNS rebinding). The browser then takes the service for the page's
 * site, but the name stays in `Host`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20
 */
export function demandOwnHost(own: readonly string[]): RequestHandler {
  const isOwn = (authority: string | undefined): boolean =>
    authority === undefined || own.includes(nameIn(authority) ?? '');
  return ({ headers, originalUrl }, response, next) => {
    // Only HTTP/1.0 goes without `Host`, and no browser speaks it.
    if (isOwn(headers.host) && isOwn(authorityIn(originalUrl))) return next();
    refuse(response, 'misdirected', 'The service does not answer for this host.');
  };
}

/** The name before the port, in lower case. */
function nameIn(authority: string): string | undefined {
  return /^(\[[^\]]*\]|[^:@]*)(?::\d*)?$/.exec(authority)?.[1]?.toLowerCase();
}

/** A whole URL as the target names a host too (RFC 9112 §3.2.2). */
function authorityIn(target: string): string | undefined {
  return /^\w+:\/\/([^/?#]*)/.exec(target)?.[1];
}
