import { accessSync, constants } from 'node:fs';
import { isIPv4 } from 'node:net';
import { BadValue } from './reader.js';

/** Problems with any URL. */
export const NOT_A_URL =
  "isn't a valid URL. Percent-encode special characters in the user and password: % as %25, / as %2F, # as %23, " +
  '? as %3F, : as %3A and @ as %40';
export const BARE_PERCENT =
  "contains a % that isn't followed by two hexadecimal digits of UTF-8: write % as %25";

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * A URL with one of these schemes. Drivers decode its parts, and fail on what they can't decode without naming the
 * variable, so that is rejected here.
 */
export function parseUrl(...schemes: readonly string[]): (text: string) => string {
  return (text) => {
    requireDecodable(toUrl(text, schemes));
    return text;
  };
}

/** An http(s) base URL without query, fragment or trailing slash, so that paths can be appended. */
export function parseBaseUrl(text: string): string {
  const url = new URL(parseUrl('http', 'https')(text));
  if (url.search || url.hash || url.username || url.password) {
    throw new BadValue('must not contain credentials, a query or a fragment');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * The URL of a PostgreSQL database, in the form that every reader of URLs understands: libpq and pg also take the host,
 * or the folder of a Unix socket, from the query.
 */
export function parseDatabaseUrl(text: string): string {
  const schemes = ['postgres', 'postgresql'];
  const query = new URLSearchParams(/\?([^#]*)/.exec(text)?.[1]);
  const host = query.get('host');
  // "postgres://user@/database" is no URL for anyone but libpq and pg, which let "host" take precedence anyway.
  const url = toUrl(host ? text.replace(/^(\w+:\/\/(?:[^/?#]*@)?)(?=[/?#])/, '$1localhost') : text, schemes);
  requireDecodable(url);
  if (host && !host.startsWith('/')) {
    url.hostname = host;
    url.searchParams.delete('host');
  }
  if (url.hostname.includes(',')) {
    throw new BadValue('must contain only one host');
  }
  if (url.pathname.length < 2) {
    throw new BadValue('must end with the name of a database, such as /gatehouse');
  }
  requireTlsFiles(query);
  return host ? url.href : text;
}

/**
 * Where a service answers over gRPC: host and port, or several IPv4 addresses with their ports, separated by commas. The
 * schemes `grpc` and `dns` are understood, too.
 * @returns a target of gRPC (its "Name Resolution"). A name is resolved to all its addresses.
 */
export function parseGrpcTarget(text: string): string {
  const addresses = text
    .replace(/^(grpc:\/\/|dns:(\/\/\/)?)/, '')
    .split(',')
    .map((address) => /^(?<host>\[[\da-f:.]+\]|[a-z\d.-]+):(?<port>\d{1,5})$/i.exec(address.trim())?.groups);
  const [first] = addresses;
  if (!first || addresses.some((address) => !address || Number(address['port']) > 65_535)) {
    throw new BadValue('must be a host and a port, such as accounts:50051');
  }
  const list = addresses.map((address) => `${address?.['host']}:${address?.['port']}`).join(',');
  if (addresses.every((address) => isIPv4(address?.['host'] ?? ''))) {
    return `ipv4:${list}`;
  }
  if (addresses.length > 1) {
    throw new BadValue('must be one host and port, or several IPv4 addresses with their ports');
  }
  return first['host']?.startsWith('[') ? `ipv6:${list}` : `dns:///${list}`;
}

export function parseSmtpUrl(text: string): string {
  const url = parseUrl('smtp', 'smtps')(text);
  if (new URL(url).hostname === '') {
    throw new BadValue('must contain a host, as in smtp://user:password@host:port');
  }
  return url;
}

export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/** Whether the file can be read, for variables that hold the path of one. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function toUrl(text: string, schemes: readonly string[]): URL {
  if (!schemes.some((scheme) => text.toLowerCase().startsWith(`${scheme}://`))) {
    throw new BadValue(`must be a URL that starts with ${schemes.map((s) => `${s}://`).join(' or ')}`);
  }
  if (!URL.canParse(text)) {
    throw new BadValue(NOT_A_URL);
  }
  return new URL(text);
}

function requireDecodable({ username, password, hostname, pathname }: URL): void {
  for (const part of [username, password, hostname, pathname]) {
    if (!isDecodable(part)) {
      throw new BadValue(BARE_PERCENT);
    }
  }
}

export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** pg reads these files when it connects. */
function requireTlsFiles(query: URLSearchParams): void {
  const mode = query.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) {
    throw new BadValue(`must have an sslmode of ${SSL_MODES.join(', ')}`);
  }
  for (const name of ['sslcert', 'sslkey', 'sslrootcert']) {
    const path = query.get(name);
    if (path && !isReadable(path)) {
      throw new BadValue(`contains an ${name} that can't be read`);
    }
  }
}
