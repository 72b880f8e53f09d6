import { domainToASCII } from 'node:url';
import { Injectable } from '@nestjs/common';
import { BlindIndex, Sealer } from '#libs/crypto';

const DOMAIN = 'users.email';

/** How an address is kept: sealed for its row, and as a blind index to find it by. */
@Injectable()
export class EmailCipher {
  constructor(
    private readonly sealer: Sealer,
    private readonly index: BlindIndex,
  ) {}

  seal(userId: string, email: string): { emailSealed: string; emailIndex: string } {
    return {
      emailSealed: this.sealer.seal(email, contextOf(userId)),
      emailIndex: this.index.compute(canonicalEmail(email), DOMAIN),
    };
  }

  open(userId: string, emailSealed: string): string {
    return this.sealer.open(emailSealed, contextOf(userId));
  }

  /** Every value that `emailIndex` may have for this address, one for each key of the ring. */
  candidates(email: string): string[] {
    return this.index.candidates(canonicalEmail(email), DOMAIN);
  }
}

/**
 * Addresses are the same when they differ in case, in the way their characters are composed, or in the form of an
 * international domain (RFC 5890).
 */
export function canonicalEmail(email: string): string {
  const text = email.normalize('NFC').toLowerCase();
  const at = text.lastIndexOf('@') + 1;
  return text.slice(0, at) + (domainToASCII(text.slice(at)) || text.slice(at));
}

function contextOf(userId: string): string {
  return `user:${userId}:email`;
}
