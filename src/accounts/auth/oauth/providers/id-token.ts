import { type JWTPayload, jwtVerify } from 'jose';
import { equalInConstantTime } from '#libs/crypto';
import { Problem } from '#libs/problem';
import type { ProviderMetadata } from './discovery.js';
import { nonsense } from './provider-http.js';

/** Asymmetric ones only: with HS256, our public knowledge of a key would be enough to sign (RFC 8725, section 2.1). */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Clocks differ, but not by more than this. */
const TOLERANCE_SECONDS = 60;
/** It was made for this sign-in, just now. */
const MAX_AGE_SECONDS = 600;

interface Expected {
  readonly clientId: string;
  readonly nonce: string;
  readonly now: Date;
  /** Whether the token's issuer is that of the provider. */
  readonly isIssuer: (claims: JWTPayload) => boolean;
}

export type IdTokenClaims = JWTPayload & { readonly sub: string };

/**
 * Verifies an ID token as OpenID Connect Core (section 3.1.3.7) and RFC 8725 require.
 * @throws Problem `provider-unavailable` if its keys can't be read, `invalid-provider-response`
 */
export async function verifyIdToken(
  token: string,
  { keys, signingAlgorithms }: ProviderMetadata,
  { clientId, nonce, now, isIssuer }: Expected,
): Promise<IdTokenClaims> {
  const algorithms = ALGORITHMS.filter((name) => signingAlgorithms?.includes(name) ?? true);
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms,
      audience: clientId,
      currentDate: now,
      clockTolerance: TOLERANCE_SECONDS,
      maxTokenAge: MAX_AGE_SECONDS,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'],
    });
    // Access and logout tokens are signed with the same keys, and have types of their own (RFC 8725, section 3.11).
    if (protectedHeader.typ !== undefined && !/^(application\/)?jwt$/i.test(protectedHeader.typ)) {
      throw nonsense(`the type of the ID token is ${protectedHeader.typ}`);
    }
    const { aud, azp } = payload;
    if (!isIssuer(payload)) {
      throw nonsense('the ID token is from another issuer');
    }
    if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== clientId) {
      throw nonsense('the ID token was issued to another client');
    }
    if (typeof payload['nonce'] !== 'string' || !equalInConstantTime(payload['nonce'], nonce)) {
      throw nonsense('the ID token is from another sign-in');
    }
    return { ...payload, sub: String(payload.sub) };
  } catch (error) {
    throw error instanceof Problem
      ? error
      : nonsense(`the ID token is not valid: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}
