import { importPKCS8, SignJWT } from 'jose';
import { isJsonObject } from '#libs/json';
import type { ClientCredentials } from '../../../../../config/index.js';

/** What every provider of OpenID Connect is free to do, and some do in their own way. */
export interface OidcDialect {
  /** Whether a documented issuer is the configured one. */
  readonly isDocumented: (documented: string, configured: string) => boolean;
  /** The issuer of a token, given the one in the discovery document. */
  readonly issuerOf: (documented: string, claims: Claims) => string;
  readonly subjectOf: (claims: Claims) => unknown;
  readonly isVerified: (claims: Claims) => boolean;
}

export type Claims = Readonly<Record<string, unknown>>;

const STANDARD: OidcDialect = {
  isDocumented: (documented, configured) => documented === configured,
  issuerOf: (documented) => documented,
  subjectOf: ({ sub }) => sub,
  isVerified: (claims) => claims['email_verified'] === true,
};

const TENANT = '{tenantid}';
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * One document for all tenants, each of which is an issuer of its own. An administrator of any tenant can give its users
 * any address ("nOAuth"), so only `xms_edov` counts, which says that the tenant owns the domain.
 */
const MICROSOFT: OidcDialect = {
  isDocumented: (documented, configured) => documented === configured || documented.includes(TENANT),
  issuerOf: (documented, { tid }) =>
    typeof tid === 'string' && GUID.test(tid) ? documented.replace(TENANT, tid) : documented,
  subjectOf: ({ sub, tid }) => (typeof tid === 'string' ? `${tid}.${String(sub)}` : undefined),
  isVerified: ({ xms_edov: owned }) => owned === true || owned === 1 || owned === '1' || owned === 'true',
};

/** Some of its booleans are strings. */
const APPLE: OidcDialect = {
  ...STANDARD,
  isVerified: ({ email_verified: verified }) => verified === true || verified === 'true',
};

export function oidcDialectOf(preset: string | null): OidcDialect {
  return preset === 'microsoft' ? MICROSOFT : preset === 'apple' ? APPLE : STANDARD;
}

const APPLE_SECRET_SECONDS = 300;

/** The client secret. Apple's is a JWT, signed with the key of the team (Apple, "Creating a client secret"). */
export async function clientSecretFor(
  credentials: ClientCredentials,
  { clientId, issuer, now }: { readonly clientId: string; readonly issuer: string; readonly now: Date },
): Promise<string> {
  if (credentials.kind === 'secret') {
    return credentials.secret;
  }
  const { teamId, keyId, privateKey } = credentials;
  const issuedAt = Math.floor(now.getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + APPLE_SECRET_SECONDS)
    .sign(await importPKCS8(privateKey, 'ES256'));
}

/** Apple only says the name in the first response, next to the code. The browser could have changed it. */
export function nameInForm(user: string | undefined): string | undefined {
  try {
    const { name } = JSON.parse(user ?? '{}') as { name?: unknown };
    if (!isJsonObject(name)) {
      return undefined;
    }
    return [name['firstName'], name['lastName']].filter((part) => typeof part === 'string').join(' ');
  } catch {
    return undefined;
  }
}
