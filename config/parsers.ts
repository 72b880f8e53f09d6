import { createPrivateKey } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';
import { BadValue } from './reader.js';

/** A named secret key of 32 bytes. */
interface NamedKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** At most `limit` requests in any window of `windowSeconds`. */
export interface RateLimit {
  readonly limit: number;
  readonly windowSeconds: number;
}

export function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new BadValue(`must be a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

/** An IP address to listen on, or a host name that resolves to one. */
export function parseHost(text: string): string {
  const isName = /^(?=.*[a-z])[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(text);
  if (!isIPv4(text) && !isIPv6(text) && !isName) {
    throw new BadValue('must be an IP address or a host name');
  }
  return text;
}

/** Comma-separated host names, lowercased. */
export function parseHosts(text: string): string[] {
  return parseList(text).map((host) => parseHost(host).toLowerCase());
}

/** A token that fits into an Authorization header. */
export function parseToken(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new BadValue('must consist of visible ASCII characters, without spaces');
  }
  return text;
}

/** A number from 0 to 1. */
export function parseShare(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > 1) {
    throw new BadValue('must be a number from 0 to 1');
  }
  return value;
}

export function parseOneOf<T extends string>(...values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found === undefined) {
      throw new BadValue(`must be one of ${values.join(', ')}`);
    }
    return found;
  };
}

/** `600/60`, or `off`. */
export function parseRateLimit(text: string): RateLimit | null {
  if (text === 'off') {
    return null;
  }
  const [, limit, windowSeconds] = /^([1-9]\d{0,8})\/([1-9]\d{0,4})$/.exec(text) ?? [];
  if (limit === undefined || windowSeconds === undefined) {
    throw new BadValue('must be requests/seconds, such as 600/60, or off');
  }
  return { limit: Number(limit), windowSeconds: Number(windowSeconds) };
}

/** `role=requests/seconds`, or `role=off`, comma-separated. */
export function parseRoleLimits(text: string): Record<string, RateLimit | null> {
  const entries = parseList(text).map((entry) => {
    const [role = '', rate = '', ...rest] = entry.split('=');
    if (!ROLE.test(role) || rest.length > 0) {
      throw new BadValue('must be a comma-separated list of role=requests/seconds, such as partner=6000/60');
    }
    return [role, parseRateLimit(rate)] as const;
  });
  const roles = entries.map(([role]) => role);
  const twice = roles.find((role, i) => roles.indexOf(role) !== i);
  if (twice !== undefined) {
    throw new BadValue(`names the role "${twice}" twice`);
  }
  return Object.fromEntries(entries);
}

export function parseList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export function parseCidrs(text: string): string[] {
  return parseList(text).map((cidr) => {
    const [address = '', prefix] = cidr.split('/');
    const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
    const width = prefix === undefined ? bits : Number(prefix);
    if (bits === 0 || !/^\d*$/.test(prefix ?? '') || prefix === '' || width > bits) {
      throw new BadValue(`must be a comma-separated list of CIDRs; "${cidr}" isn't one`);
    }
    const mapped = bits === 128 && width >= MAPPED_PREFIX ? mappedIPv4(address) : undefined;
    if (width === 0 || (mapped !== undefined && width === MAPPED_PREFIX)) {
      throw new BadValue(`must not contain "${cidr}": it stands for every address`);
    }
    new BlockList().addSubnet(address, width, bits === 32 ? 'ipv4' : 'ipv6');
    return mapped === undefined ? cidr : `${mapped}/${width - MAPPED_PREFIX}`;
  });
}

/** The length of `::ffff:0:0/96`, below which all IPv4 addresses are mapped (RFC 4291, section 2.5.5.2). */
const MAPPED_PREFIX = 96;

function mappedIPv4(address: string): string | undefined {
  const [bare = ''] = address.split('%');
  const spelling = new SocketAddress({ address: bare, family: 'ipv6' }).address;
  return /^::ffff:(\d+(?:\.\d+){3})$/.exec(spelling)?.[1];
}

/** Comma-separated names of roles. Whether they exist is in the database. */
const ROLE = /^[a-z][a-z0-9_-]{0,63}$/;

export function parseRoleNames(text: string): string[] {
  return parseList(text).map((role) => {
    if (!ROLE.test(role)) {
      throw new BadValue(`must be a comma-separated list of roles; "${role}" can't be the name of one`);
    }
    return role;
  });
}

const MAX_CLAIMS = 16;
/** RFC 7519, section 4.1, RFC 9068, section 2.2, RFC 8693, section 4, and those of OpenID Connect that say who someone is. */
const RESERVED_CLAIMS =
  'iss sub aud exp nbf iat jti client_id sid roles auth_time amr acr act may_act scope groups entitlements cnf azp nonce';

/** Comma-separated names of claims that aren't taken. */
export function parseClaimNames(text: string): string[] {
  const names = parseList(text);
  const bad = names.find(
    (name) => !/^[A-Za-z][\w-]{0,63}$/.test(name) || RESERVED_CLAIMS.split(' ').includes(name),
  );
  if (bad !== undefined || names.length > MAX_CLAIMS) {
    throw new BadValue(
      `must be at most ${MAX_CLAIMS} comma-separated members of appMetadata, none of them with the name of a claim ` +
        `that tokens have anyway${bad === undefined ? '' : `; "${bad}" can't be one`}`,
    );
  }
  return names;
}

const ANY_LOOPBACK_PORT = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\]):\*$/;

/** Origins, `*`, or for development `http://localhost:*`: any port of a loopback host. */
export function parseOrigins(text: string): string[] {
  return parseList(text).map((origin) => {
    const isPattern = origin === '*' || ANY_LOOPBACK_PORT.test(origin);
    const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin && !origin.includes('*');
    if (!isPattern && !isOrigin) {
      throw new BadValue(
        `must be a comma-separated list of origins, such as https://app.acme.com; "${origin}" isn't one`,
      );
    }
    return origin;
  });
}

/** A key that a service has wrapped, or one in clear. */
export type StoredKey = NamedKey | { readonly id: string; readonly wrapped: string };

/** `id:base64` of 32 bytes, or wrapped by a transit engine, as in `id:vault:v1:…`. Comma-separated. */
export function parseKeys(text: string): StoredKey[] {
  const keys = parseList(text).map((entry) => wrappedKeyIn(entry) ?? namedKeyIn(entry));
  if (keys.length === 0 || new Set(keys.map(({ id }) => id)).size !== keys.length) {
    throw new BadValue('must contain at least one key, each with its own ID');
  }
  return keys;
}

function wrappedKeyIn(entry: string): StoredKey | undefined {
  const [, id, wrapped] = /^([A-Za-z0-9_-]{1,32}):(vault:v\d+:[A-Za-z0-9+/=]+)$/.exec(entry) ?? [];
  return id === undefined || wrapped === undefined ? undefined : { id, wrapped };
}

function namedKeyIn(entry: string): NamedKey {
  const [, id, encoded] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (id === undefined || bytes.length !== 32) {
    throw new BadValue(
      'must be a comma-separated list of id:key, with keys of 32 bytes in base64 (generate one with: openssl rand -base64 32)',
    );
  }
  return { id, bytes };
}

const PEM = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;

/**
 * Concatenated PKCS#8 PEMs of P-256 keys, and nothing else: a key that we don't understand must not be silently
 * dropped.
 */
export function parseEcPrivateKeys(text: string): string[] {
  // In a one-line value of an .env file, line breaks are written as \n.
  const lines = text.replaceAll('\\n', '\n');
  const pems = lines.match(PEM) ?? [];
  if (pems.length === 0 || lines.replace(PEM, '').trim() !== '' || !pems.every(isP256)) {
    throw new BadValue(
      'must be P-256 private keys in PKCS#8 PEM format, one after the other, and nothing else ' +
        '(generate one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)',
    );
  }
  if (new Set(pems.map((pem) => pem.replace(/\s/g, ''))).size < pems.length) {
    throw new BadValue('contains the same key twice');
  }
  return pems;
}

function isP256(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

/** An email address to sign in with. As strict as sign-in itself. */
export function parseEmail(text: string): string {
  if (!/^[^\s@<>,;"]+@[^\s@<>,;".]+(\.[^\s@<>,;".]+)+$/.test(text) || text.length > 254) {
    throw new BadValue('must be an email address with a full host name, such as admin@acme.com');
  }
  return text;
}

/** The path of a file, which must be readable. */
/** The name of a key in a key service. */
export function parseKeyName(text: string): string {
  if (!/^[\w.-]{1,100}$/.test(text)) {
    throw new BadValue('must be a name of letters, digits, dots, hyphens and underscores');
  }
  return text;
}

export function parseReadableFile(text: string): string {
  try {
    accessSync(text, constants.R_OK);
    return text;
  } catch (error) {
    throw new BadValue(
      `names a file that can't be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
}
