import { jwtVerify, type JWTPayload } from 'jose';
import { isCanonicalBase64Url } from '#libs/crypto';
import { ALGORITHM, type SigningKeys } from './signing-keys.js';

/** RFC 9068, section 2.1. Keeps other types of JWT signed with the same key from being accepted. */
export const TOKEN_TYPE = 'at+jwt';
/** Ours have less than 1,000 characters, but roles can make them longer. Nothing longer is worth decoding. */
const MAX_LENGTH = 8 * 1024;
/** RFC 9068, section 2.2, and ours. */
const REQUIRED_CLAIMS = ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'sid', 'auth_time'];
/**
 * Our IDs, as PostgreSQL writes them. It would also accept other spellings, but an ID in capitals would be cached under
 * a key of its own, which no sign-out reaches.
 */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The claims of a verified access token. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** The administrator who acts as the user (RFC 8693, section 4.1). The session is theirs. */
  readonly actorId?: string;
  /** How they have proved who they are (RFC 8176). */
  readonly methods: readonly string[];
  /** When the user last proved who they are, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface Expectations {
  readonly issuer: string;
  readonly now: Date;
}

/**
 * Verifies an access token: signature, header and claims, as RFC 7515, 7519 and 9068 require. Everything else that the
 * header may contain, such as a key or its URL, is ignored.
 * @returns undefined if anything is wrong with it
 */
export async function verifyAccessToken(
  token: string,
  keys: SigningKeys,
  { issuer, now }: Expectations,
): Promise<AccessClaims | undefined> {
  const parts = token.length > MAX_LENGTH ? [] : token.split('.');
  if (parts.length !== 3 || !parts.every(isCanonicalBase64Url)) {
    return undefined;
  }
  try {
    // Rejects critical extensions, since we name none that we support (RFC 7515, section 4.1.11).
    const { payload } = await jwtVerify(token, ({ kid }) => keys.get(kid).publicKey, {
      algorithms: [ALGORITHM],
      typ: TOKEN_TYPE,
      issuer,
      audience: issuer,
      requiredClaims: REQUIRED_CLAIMS,
      currentDate: now,
    });
    return claimsOf(payload);
  } catch {
    return undefined;
  }
}

function claimsOf({ sub, sid, exp, auth_time: at, amr, act }: JWTPayload): AccessClaims | undefined {
  const actorId = actorOf(act);
  if (actorId === null || !isId(sub) || !isId(sid) || !Number.isFinite(exp) || !Number.isFinite(at)) {
    return undefined;
  }
  return {
    userId: sub,
    sessionId: sid,
    ...(actorId === undefined ? {} : { actorId }),
    methods: Array.isArray(amr) ? amr.map(String) : [],
    authenticatedAt: Number(at) * 1000,
    expiresAt: Number(exp) * 1000,
  };
}

/** @returns undefined without an actor, or null if the claim isn't one of ours */
function actorOf(act: unknown): string | null | undefined {
  if (act === undefined) {
    return undefined;
  }
  const { sub } = (act ?? {}) as { readonly sub?: unknown };
  return isId(sub) ? sub : null;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}
