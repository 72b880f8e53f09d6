import { isIP } from 'node:net';
import { isReachable, Networks } from './reachable-address.js';

/** What's wrong with a URL to call. The message completes "The URL …". */
export interface OutboundUrlError {
  readonly code:
    'too-long' | 'invalid-url' | 'has-credentials' | 'has-fragment' | 'private-address' | 'https-required';
  readonly message: string;
}

const MAX_LENGTH = 2048;

/**
 * Checks a URL before it's stored. Names aren't resolved, because their addresses can change at any time:
 * `OutboundClient` checks those whenever it connects.
 * @param allowedNetworks CIDR blocks that may be called although they aren't public, also over plain http
 * @returns null if the URL is fine
 */
export function checkOutboundUrl(url: string, allowedNetworks: readonly string[]): OutboundUrlError | null {
  const parsed = parseOutboundUrl(url);
  if (!(parsed instanceof URL)) {
    return parsed;
  }
  const addresses = addressesIn(parsed);
  const allowed = new Networks(allowedNetworks);
  if (addresses.length > 0 && !addresses.some((address) => isReachable(address, allowed))) {
    const message = 'must have a public address, or one that WEBHOOK_ALLOWED_NETWORKS allows';
    return { code: 'private-address', message };
  }
  // Names below localhost are not in every resolver.
  const isNamed = isIP(hostOf(parsed)) !== 0 || hostOf(parsed) === 'localhost';
  if (parsed.protocol === 'http:' && !(isNamed && addresses.some((address) => allowed.includes(address)))) {
    const message = 'must be an https URL, unless its host is an address in WEBHOOK_ALLOWED_NETWORKS';
    return { code: 'https-required', message };
  }
  return null;
}

/** Parses a URL that has the form of one to call, whatever its host is. */
export function parseOutboundUrl(url: string): URL | OutboundUrlError {
  if (url.length > MAX_LENGTH) {
    return { code: 'too-long', message: 'must be at most 2,048 characters long' };
  }
  // URL would silently remove line breaks and turn backslashes into slashes, which other parsers don't.
  const parsed = /[\s\\\p{Cc}]/u.test(url) ? null : URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol) || !isHost(parsed.hostname)) {
    return { code: 'invalid-url', message: 'must be an http or https URL' };
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return { code: 'has-credentials', message: 'must not contain a user name or password' };
  }
  if (url.includes('#')) {
    return { code: 'has-fragment', message: 'must not contain a fragment' };
  }
  return parsed;
}

/**
 * The host as sockets and certificates name it: an IPv6 address without brackets, a name without its trailing dot.
 * URL has already normalized IPv4 addresses such as 0x7f.1, 2130706433 or 017700000001.
 */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|[\].]$/g, '');
}

/** What the host is without asking anyone: a literal address, or loopback for localhost (RFC 6761, section 6.3). */
function addressesIn(url: URL): readonly string[] {
  const host = hostOf(url);
  if (isIP(host) !== 0) {
    return [host];
  }
  return /(^|\.)localhost$/.test(host) ? ['127.0.0.1', '::1'] : [];
}

/** URL accepts names with empty labels, such as `example..com`. */
function isHost(hostname: string): boolean {
  return !/^\.|\.\./.test(hostname);
}
