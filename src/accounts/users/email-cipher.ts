import { domainToASCII } from 'node:url';
import { Injectable } from '@nestjs/common';
import { BlindIndex, Sealer } from '#libs/crypto';

const DOMAIN = 'users.email';

interface SealedEmail {
  readonly emailSealed: string;
  readonly emailIndex: string;
}

/** How an address is kept: sealed for its row, and as a blind index to find it by. */
@Injectable()
export class EmailCipher {
  private readonly opened = new WeakMap<object, { readonly sealed: string; readonly address: string }>();

  constructor(
    private readonly sealer: Sealer,
    private readonly index: BlindIndex,
  ) {}

  seal(userId: string, email: string): SealedEmail {
    return {
      emailSealed: this.sealer.seal(email, contextOf(userId)),
      emailIndex: this.index.compute(canonicalEmail(email), DOMAIN),
    };
  }

  /** The address of a user. Decrypted once for each object, however often it is asked for. */
  addressOf(user: { readonly id: string; readonly emailSealed: string }): string {
    const known = this.opened.get(user);
    if (known?.sealed === user.emailSealed) {
      return known.address;
    }
    const address = this.sealer.open(user.emailSealed, contextOf(user.id));
    this.opened.set(user, { sealed: user.emailSealed, address });
    return address;
  }

  /** Remembers an address that has just been sealed, so that nobody has to decrypt it. */
  remember(user: { readonly emailSealed: string }, address: string): void {
    this.opened.set(user, { sealed: user.emailSealed, address });
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
