import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '#libs/clock';
import { askForJson, askProvider, nonsense, textOf } from './provider-http.js';

const MAX_AGE_MS = 60 * 60 * 1000;
/** A provider whose discovery document can't be read for a day has other problems, too. */
const MAX_STALE_MS = 24 * MAX_AGE_MS;

/** The parts of a discovery document that we use (OpenID Connect Discovery, section 3; RFC 8414). */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userinfoUrl: string | undefined;
  readonly signingAlgorithms: readonly string[] | undefined;
  readonly authentication: 'client_secret_post' | 'client_secret_basic';
  /** Whether every response says who sends it (RFC 9207). */
  readonly announcesIssuer: boolean;
  readonly keys: JWTVerifyGetKey;
}

/** Reads the discovery document of one issuer when it's first needed, and again every hour. */
export class Discovery {
  private cached:
    { readonly metadata: ProviderMetadata; readonly keysUrl: string; readonly at: number } | undefined;
  private reading: Promise<ProviderMetadata> | undefined;

  /** @param isIssuer whether the document's issuer is the configured one */
  constructor(
    private readonly issuer: string,
    private readonly isIssuer: (documented: string) => boolean,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `provider-unavailable`, `invalid-provider-response` */
  async read(): Promise<ProviderMetadata> {
    const age = this.cached ? this.clock.millis() - this.cached.at : Infinity;
    if (this.cached && age < MAX_AGE_MS) {
      return this.cached.metadata;
    }
    this.reading ??= this.fetch().finally(() => (this.reading = undefined));
    try {
      return await this.reading;
    } catch (error) {
      if (this.cached && age < MAX_STALE_MS) {
        return this.cached.metadata;
      }
      throw error;
    }
  }

  private async fetch(): Promise<ProviderMetadata> {
    const url = `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const document = await askForJson(url);
    const issuer = textOf(document['issuer']) ?? '';
    if (!this.isIssuer(issuer)) {
      throw nonsense(`the discovery document of ${this.issuer} is that of another issuer`);
    }
    const endpoint = (name: string): string => {
      const value = this.endpointIn(document, name);
      if (value === undefined) {
        throw nonsense(`the discovery document of ${this.issuer} has no valid ${name}`);
      }
      return value;
    };
    const keysUrl = endpoint('jwks_uri');
    const metadata: ProviderMetadata = {
      issuer,
      authorizationUrl: endpoint('authorization_endpoint'),
      tokenUrl: endpoint('token_endpoint'),
      userinfoUrl: this.endpointIn(document, 'userinfo_endpoint'),
      signingAlgorithms: textsIn(document['id_token_signing_alg_values_supported']),
      // The default of OpenID Connect Discovery, section 3.
      authentication: (
        textsIn(document['token_endpoint_auth_methods_supported']) ?? ['client_secret_basic']
      ).includes('client_secret_post')
        ? 'client_secret_post'
        : 'client_secret_basic',
      announcesIssuer: document['authorization_response_iss_parameter_supported'] === true,
      keys: this.cached?.keysUrl === keysUrl ? this.cached.metadata.keys : remoteKeys(keysUrl),
    };
    this.cached = { metadata, keysUrl, at: this.clock.millis() };
    return metadata;
  }

  /** An endpoint without TLS would give our secret away, whoever names it. */
  private endpointIn(document: Readonly<Record<string, unknown>>, name: string): string | undefined {
    const url = textOf(document[name]);
    const isSafe =
      url?.startsWith('https://') || (url?.startsWith('http://') && this.issuer.startsWith('http://'));
    return url !== undefined && isSafe && URL.canParse(url) ? url : undefined;
  }
}

/** Fetches the keys again for a key ID that it doesn't know, but not more than once a second. */
function remoteKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    cacheMaxAge: MAX_AGE_MS,
    cooldownDuration: 1_000,
    [customFetch]: async (keysUrl, { signal }) => {
      const { status, text } = await askProvider(keysUrl, { signal });
      return new Response(text, { status });
    },
  });
}

function textsIn(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}
