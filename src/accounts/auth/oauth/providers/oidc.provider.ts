import type { Clock } from '#libs/clock';
import type { OAuthProviderConfig } from '../../../../../config/index.js';
import { accountFrom } from './account.js';
import type { AuthorizationAttempt } from './attempt.js';
import { type Claims, clientSecretFor, nameInForm, type OidcDialect, oidcDialectOf } from './dialects.js';
import { Discovery, type ProviderMetadata } from './discovery.js';
import { type IdTokenClaims, verifyIdToken } from './id-token.js';
import { authorizationUrlOf, type FlowOptions, tokensFor } from './passport-flow.js';
import { askForJson, nonsense } from './provider-http.js';
import type { AuthorizationResponse, Provider, ProviderAccount } from './provider.js';
import { codeIn } from './response.js';

/** Signs people in with OpenID Connect. */
export class OidcProvider implements Provider {
  readonly name: string;
  readonly title: string;
  readonly trustEmail: boolean;
  readonly postsAnswer: boolean;
  private readonly dialect: OidcDialect;
  private readonly discovery: Discovery;

  constructor(
    private readonly config: OAuthProviderConfig,
    issuer: string,
    private readonly clock: Clock,
  ) {
    this.name = config.name;
    this.title = config.title;
    this.trustEmail = config.trustEmail;
    this.postsAnswer = config.preset === 'apple';
    this.dialect = oidcDialectOf(config.preset);
    this.discovery = new Discovery(issuer, (found) => this.dialect.isDocumented(found, issuer), clock);
  }

  async authorizationUrl(
    redirectUri: string,
    nonce: string,
    seal: (attempt: AuthorizationAttempt) => string,
  ): Promise<string> {
    const flow = await this.flow(await this.discovery.read(), redirectUri);
    const parameters = { nonce, ...(this.postsAnswer ? { response_mode: 'form_post' } : {}) };
    return authorizationUrlOf(flow, nonce, parameters, seal);
  }

  async redeem(
    response: AuthorizationResponse,
    attempt: AuthorizationAttempt,
    redirectUri: string,
  ): Promise<ProviderAccount> {
    const metadata = await this.discovery.read();
    // Before anything else in the response is believed: it may come from another provider (mix-up, RFC 9700, section 4.4).
    if (response.iss === undefined ? metadata.announcesIssuer : response.iss !== metadata.issuer) {
      throw nonsense('the response is from another issuer');
    }
    const code = codeIn(response);
    const { idToken, accessToken } = await tokensFor(await this.flow(metadata, redirectUri), code, attempt);
    if (idToken === undefined) {
      throw nonsense('there is no ID token');
    }
    const claims = await verifyIdToken(idToken, metadata, {
      clientId: this.config.clientId,
      nonce: attempt.nonce,
      now: this.clock.now(),
      isIssuer: (payload) => payload.iss === this.dialect.issuerOf(metadata.issuer, payload),
    });
    const all = { ...(await this.userinfo(metadata, claims, accessToken)), ...claims };
    return accountFrom({
      subject: this.dialect.subjectOf(claims),
      email: all['email'],
      emailVerified: this.dialect.isVerified(all),
      name: nameInForm(response.user) ?? all['name'],
      locale: all['locale'],
    });
  }

  /** Many providers leave everything but the subject to this endpoint (OpenID Connect Core, section 5.3). */
  private async userinfo(
    { userinfoUrl }: ProviderMetadata,
    { sub, email }: IdTokenClaims & { readonly email?: unknown },
    accessToken: string,
  ): Promise<Claims> {
    if (email !== undefined || userinfoUrl === undefined) {
      return {};
    }
    const claims = await askForJson(userinfoUrl, { headers: { authorization: `Bearer ${accessToken}` } });
    if (claims['sub'] !== sub) {
      throw nonsense('the userinfo is that of another account');
    }
    return claims;
  }

  private async flow(metadata: ProviderMetadata, redirectUri: string): Promise<FlowOptions> {
    const { clientId, credentials, scopes } = this.config;
    const { issuer, authorizationUrl, tokenUrl, authentication } = metadata;
    const clientSecret = await clientSecretFor(credentials, { clientId, issuer, now: this.clock.now() });
    return { authorizationUrl, tokenUrl, clientId, clientSecret, authentication, redirectUri, scopes };
  }
}
