import {
  parseEndpoint,
  parseIssuer,
  parseP256Key,
  parsePreset,
  parseScopes,
  parseText,
} from './oauth-parsers.js';
import { type Endpoints, type Preset, PRESETS } from './oauth-presets.js';
import { parseOneOf } from './parsers.js';
import type { EnvironmentReader } from './reader.js';

/** A client secret or, for Apple, the key that signs one. */
export type ClientCredentials =
  | { readonly kind: 'secret'; readonly secret: string }
  | {
      readonly kind: 'apple-key';
      readonly teamId: string;
      readonly keyId: string;
      readonly privateKey: string;
    };

export interface OAuthProviderConfig {
  /** As in URLs: `acme-sso` for the variables `OAUTH_ACME_SSO_…`. */
  readonly name: string;
  /** What a button shows. */
  readonly title: string;
  readonly preset: Preset | null;
  readonly clientId: string;
  readonly credentials: ClientCredentials;
  readonly endpoints: Endpoints;
  readonly scopes: readonly string[];
  /** Whether an address that the provider says is verified counts as verified here. */
  readonly trustEmail: boolean;
}

const VARIABLES = [
  'CLIENT_ID',
  'CLIENT_SECRET',
  'PRESET',
  'ISSUER',
  'AUTHORIZATION_URL',
  'TOKEN_URL',
  'USERINFO_URL',
  'SCOPES',
  'TITLE',
  'TRUST_EMAIL',
  'TEAM_ID',
  'KEY_ID',
  'PRIVATE_KEY',
] as const;
type Variable = (typeof VARIABLES)[number];

const NAME = new RegExp(`^OAUTH_([A-Z0-9]+(?:_[A-Z0-9]+)*?)_(?:${VARIABLES.join('|')})(?:_FILE)?$`);
/** Paths of their own below `/auth/oauth`. */
const RESERVED = ['PROVIDERS', 'EXCHANGE'];
const MAX_NAME = 32;

/** Every provider that a variable names, in alphabetical order. */
export function readOAuthProviders(read: EnvironmentReader): OAuthProviderConfig[] {
  const names = read.variables().flatMap((variable) => NAME.exec(variable)?.[1] ?? []);
  return [...new Set(names)].toSorted().map((name) => readProvider(read, name));
}

function readProvider(read: EnvironmentReader, name: string): OAuthProviderConfig {
  const nameOf = (variable: Variable): string => `OAUTH_${name}_${variable}`;
  const optional = <T>(variable: Variable, parse: (text: string) => T): T | undefined =>
    read.optional<T | undefined>(nameOf(variable), parse, () => undefined);
  const clientId = read.required(nameOf('CLIENT_ID'), parseText);
  if (RESERVED.includes(name) || name.length > MAX_NAME) {
    read.addProblem(
      nameOf('CLIENT_ID'),
      RESERVED.includes(name)
        ? `can't be set: ${name} is not possible as the name of a provider`
        : `has a name that is longer than ${MAX_NAME} characters`,
    );
  }
  const preset = optional('PRESET', parsePreset);
  const known = preset && PRESETS[preset];
  const endpoints = readEndpoints(read, nameOf, known?.endpoints);
  return {
    name: name.toLowerCase().replaceAll('_', '-'),
    title: optional('TITLE', parseText) ?? known?.title ?? titleOf(name),
    preset: preset ?? null,
    clientId,
    credentials: preset === 'apple' ? readAppleKey(read, nameOf) : readSecret(read, nameOf),
    endpoints,
    scopes:
      optional('SCOPES', parseScopes) ??
      known?.scopes ??
      (endpoints.protocol === 'oidc' ? ['openid', 'email', 'profile'] : []),
    trustEmail: optional('TRUST_EMAIL', parseOneOf('true', 'false')) === 'true',
  };
}

type Naming = (variable: Variable) => string;

/** A preset's endpoints can be replaced by others of the same kind, such as those of a GitHub Enterprise Server. */
function readEndpoints(read: EnvironmentReader, nameOf: Naming, preset: Endpoints | undefined): Endpoints {
  const optional = (variable: Variable, parse: (text: string) => string): string | undefined =>
    read.optional<string | undefined>(nameOf(variable), parse, () => undefined);
  const issuer = optional('ISSUER', parseIssuer);
  const urls = {
    AUTHORIZATION_URL: optional('AUTHORIZATION_URL', parseEndpoint),
    TOKEN_URL: optional('TOKEN_URL', parseEndpoint),
    USERINFO_URL: optional('USERINFO_URL', parseEndpoint),
  };
  const set = Object.entries(urls).filter(([, url]) => url !== undefined);
  const missing = Object.entries(urls).filter(([, url]) => url === undefined);
  if (read.isSet(nameOf('ISSUER')) && (set.length > 0 || preset?.protocol === 'oauth2')) {
    read.addProblem(nameOf('ISSUER'), 'is for OpenID Connect: remove it, or the URLs or preset of OAuth 2');
  } else if (set.length > 0 && preset?.protocol === 'oidc') {
    read.addProblem(
      nameOf('PRESET'),
      'uses OpenID Connect: remove the URLs, or set ISSUER to another issuer',
    );
  } else if (set.length > 0) {
    missing
      .filter(([variable]) => !read.isSet(nameOf(variable as Variable)))
      .forEach(([variable]) =>
        read.addProblem(nameOf(variable as Variable), 'is missing: set all three URLs, or none'),
      );
  } else if (!read.isSet(nameOf('ISSUER')) && !preset && !read.isSet(nameOf('PRESET'))) {
    read.addProblem(
      nameOf('PRESET'),
      `is missing: set it to one of ${Object.keys(PRESETS).join(', ')}, or set ${nameOf('ISSUER')}, or all of ` +
        `${nameOf('AUTHORIZATION_URL')}, ${nameOf('TOKEN_URL')} and ${nameOf('USERINFO_URL')}`,
    );
  }
  if (set.length > 0) {
    const { AUTHORIZATION_URL: authorizationUrl = '', TOKEN_URL: tokenUrl = '', USERINFO_URL = '' } = urls;
    return { protocol: 'oauth2', authorizationUrl, tokenUrl, userinfoUrl: USERINFO_URL };
  }
  return issuer === undefined && preset ? preset : { protocol: 'oidc', issuer: issuer ?? '' };
}

function readSecret(read: EnvironmentReader, nameOf: Naming): ClientCredentials {
  return { kind: 'secret', secret: read.required(nameOf('CLIENT_SECRET'), parseText) };
}

function readAppleKey(read: EnvironmentReader, nameOf: Naming): ClientCredentials {
  if (read.isSet(nameOf('CLIENT_SECRET'))) {
    read.addProblem(nameOf('CLIENT_SECRET'), 'must not be set: it is signed with the private key');
  }
  return {
    kind: 'apple-key',
    teamId: read.required(nameOf('TEAM_ID'), parseText),
    keyId: read.required(nameOf('KEY_ID'), parseText),
    privateKey: read.required(nameOf('PRIVATE_KEY'), parseP256Key),
  };
}

function titleOf(name: string): string {
  return name
    .split('_')
    .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
    .join(' ');
}
