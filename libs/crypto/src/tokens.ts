import { createHash, randomBytes } from 'node:crypto';

/** A secret for one person's hands: 256 random bits as base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** How a token is stored. It has 256 bits of entropy, so a plain SHA-256 can't be reversed by guessing. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
