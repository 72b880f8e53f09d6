import { createHash, randomBytes } from 'node:crypto';

/** A secret that one person holds: 256 random bits in base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The hash of a token to store. Tokens have 256 bits of entropy, so a plain SHA-256 can't be reversed by guessing. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
