/** What only the provider's answer to one request is valid with. */
export interface AuthorizationAttempt {
  /** The PKCE verifier for the provider (RFC 7636). */
  readonly verifier: string;
  /** What the ID token must contain (OpenID Connect Core, section 3.1.2.1). */
  readonly nonce: string;
}
