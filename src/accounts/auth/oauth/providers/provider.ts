import type { AuthorizationAttempt } from './attempt.js';

/** Whom a provider has signed in. */
export interface ProviderAccount {
  /** The account's name at the provider, which never changes and is never given to another account. */
  readonly subject: string;
  /** Null if the provider doesn't say, or it can't be one. */
  readonly email: string | null;
  /** Whether the provider says that it has verified the address. */
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly locale: string | null;
}

/** What the provider sent to our callback. */
export interface AuthorizationResponse {
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  /** Who responds (RFC 9207). */
  readonly iss?: string | undefined;
  /** JSON with the name, which Apple only sends along with the first sign-in. */
  readonly user?: string | undefined;
}

/** A service that signs people in for us. */
export interface Provider {
  readonly name: string;
  readonly title: string;
  /** Whether its answer is a form that the browser posts from the provider's page. */
  readonly postsAnswer: boolean;
  /** See `OAuthProviderConfig`. */
  readonly trustEmail: boolean;

  /**
   * Where to send the browser.
   * @param nonce a new one
   * @param seal makes the state of an attempt
   * @throws Problem `provider-unavailable`, `invalid-provider-response`
   */
  authorizationUrl(
    redirectUri: string,
    nonce: string,
    seal: (attempt: AuthorizationAttempt) => string,
  ): Promise<string>;

  /**
   * Exchanges the response to our callback for the account.
   * @throws Problem `access-denied`, `provider-unavailable`, `invalid-provider-response`
   */
  redeem(
    response: AuthorizationResponse,
    attempt: AuthorizationAttempt,
    redirectUri: string,
  ): Promise<ProviderAccount>;
}
