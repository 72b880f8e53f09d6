import { isJsonObject } from '#libs/json';
import type { OAuthProviderConfig } from '../../../../../config/index.js';
import { accountFrom } from './account.js';
import type { AuthorizationAttempt } from './attempt.js';
import { authorizationUrlOf, type FlowOptions, tokensFor } from './passport-flow.js';
import { askForAnyJson, askForJson, nonsense } from './provider-http.js';
import type { AuthorizationResponse, Provider, ProviderAccount } from './provider.js';
import { codeIn } from './response.js';

type OAuth2Endpoints = Extract<OAuthProviderConfig['endpoints'], { readonly protocol: 'oauth2' }>;

/** Signs people in with plain OAuth 2 and an endpoint that says whose access token it is. */
export class OAuth2Provider implements Provider {
  readonly name: string;
  readonly title: string;
  readonly trustEmail: boolean;
  readonly postsAnswer = false;

  constructor(
    private readonly config: OAuthProviderConfig,
    private readonly endpoints: OAuth2Endpoints,
  ) {
    this.name = config.name;
    this.title = config.title;
    this.trustEmail = config.trustEmail;
  }

  authorizationUrl(
    redirectUri: string,
    nonce: string,
    seal: (attempt: AuthorizationAttempt) => string,
  ): Promise<string> {
    return authorizationUrlOf(this.flow(redirectUri), nonce, {}, seal);
  }

  async redeem(
    response: AuthorizationResponse,
    attempt: AuthorizationAttempt,
    redirectUri: string,
  ): Promise<ProviderAccount> {
    const { accessToken } = await tokensFor(this.flow(redirectUri), codeIn(response), attempt);
    const request = { headers: { authorization: `Bearer ${accessToken}` } };
    const user = await askForJson(this.endpoints.userinfoUrl, request);
    if (this.config.preset !== 'github') {
      return accountFrom({
        subject: user['sub'] ?? user['id'],
        email: user['email'],
        // Only Discord's profile has `verified` without saying what.
        emailVerified:
          user['email_verified'] === true || (this.config.preset === 'discord' && user['verified'] === true),
        name: user['name'] ?? user['global_name'],
        locale: user['locale'],
      });
    }
    // The address in the profile is only what people want to show, and may be none.
    const address = primaryIn(await askForAnyJson(`${this.endpoints.userinfoUrl}/emails`, request));
    return accountFrom({
      subject: user['id'],
      email: address?.email,
      emailVerified: address !== undefined,
      name: user['name'],
    });
  }

  private flow(redirectUri: string): FlowOptions {
    const { clientId, credentials, scopes } = this.config;
    const { authorizationUrl, tokenUrl } = this.endpoints;
    if (credentials.kind !== 'secret') {
      throw nonsense('only Apple signs its secrets');
    }
    const clientSecret = credentials.secret;
    const authentication = 'client_secret_post';
    return { authorizationUrl, tokenUrl, clientId, clientSecret, authentication, redirectUri, scopes };
  }
}

/** The primary address of a GitHub account, if it's verified. Others may be left over from earlier jobs. */
function primaryIn(list: unknown): { readonly email: unknown } | undefined {
  if (!Array.isArray(list)) {
    throw nonsense('there is no list of addresses');
  }
  return list
    .filter(isJsonObject)
    .map(({ email, primary, verified }) => ({ email, isUsable: primary === true && verified === true }))
    .find(({ isUsable }) => isUsable);
}
