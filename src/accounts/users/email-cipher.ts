import { Injectable } from '@nestjs/common';
import { BlindIndex, defineSealedColumn, type IndexedValue, Sealer } from '#libs/crypto';
import { canonicalEmail } from '#libs/text';

/** What the blind indexes are of. */
const ADDRESS = 'users.email';
const DOMAIN = 'users.email-domain';

interface SealedEmail extends EmailIndexes {
  readonly emailSealed: string;
}

interface EmailIndexes {
  readonly emailIndex: string;
  readonly emailDomainIndex: string;
}

/** Encrypts email addresses: sealed for the user's row, with blind indexes to find the address and its domain by. */
@Injectable()
export class EmailCipher {
  private readonly opened = new WeakMap<object, { readonly sealed: string; readonly address: string }>();

  constructor(
    private readonly sealer: Sealer,
    private readonly index: BlindIndex,
  ) {}

  seal(userId: string, email: string): SealedEmail {
    return { emailSealed: this.sealer.seal(email, emailContext(userId)), ...this.indexesOf(email) };
  }

  indexesOf(email: string): EmailIndexes {
    const canonical = canonicalEmail(email);
    return {
      emailIndex: this.index.compute(canonical, ADDRESS),
      emailDomainIndex: this.index.compute(domainOf(canonical), DOMAIN),
    };
  }

  /** The user's email address. Decrypted once per object. */
  addressOf(user: { readonly id: string; readonly emailSealed: string }): string {
    const cached = this.opened.get(user);
    if (cached?.sealed === user.emailSealed) {
      return cached.address;
    }
    const address = this.sealer.open(user.emailSealed, emailContext(user.id));
    this.opened.set(user, { sealed: user.emailSealed, address });
    return address;
  }

  /** Caches an address that has just been sealed, so that it doesn't have to be decrypted. */
  remember(user: { readonly emailSealed: string }, address: string): void {
    this.opened.set(user, { sealed: user.emailSealed, address });
  }

  /** Every possible value of `emailIndex` for this address, one per key in the ring. */
  candidates(email: string): string[] {
    return this.index.candidates(canonicalEmail(email), ADDRESS);
  }

  /** Like `candidates`, for the `emailDomainIndex` of all addresses of a domain. */
  domainCandidates(domain: string): string[] {
    return this.index.candidates(domainOf(canonicalEmail(`@${domain}`)), DOMAIN);
  }
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}

/** What `emailIndex` is of, in any table. */
export const ADDRESS_INDEX: IndexedValue = { domain: ADDRESS, of: canonicalEmail };

/** What addresses of a user are sealed for, in any table. */
export function emailContext(userId: string): string {
  return `user:${userId}:email`;
}

defineSealedColumn('accounts.users.email_sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => emailContext(id),
  indexes: {
    email_index: ADDRESS_INDEX,
    email_domain_index: { domain: DOMAIN, of: (email) => domainOf(canonicalEmail(email)) },
  },
});
