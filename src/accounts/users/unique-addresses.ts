import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { BlindIndex, commonIndex } from '#libs/crypto';
import { EmailCipher } from './email-cipher.js';
import { findEmailOwners, lockAddresses } from './user.repository.js';
import { emailTaken } from './users.errors.js';

/**
 * Keeps two accounts from having the same address while the keys of the blind index are being replaced. Some replicas write
 * with the old key then and some with the new one, so one address has two indexes, and the unique index lets both pass.
 * With a single key, it's all that's needed, and nothing here sends a statement.
 */
@Injectable()
export class UniqueAddresses {
  constructor(
    private readonly index: BlindIndex,
    private readonly emails: EmailCipher,
  ) {}

  /**
   * Call it in the transaction that gives the address to an account, before it does. Others who want the address wait until
   * the transaction ends.
   * @param owner the account, if it exists
   * @throws Problem `email-taken`
   */
  async claim(em: EntityManager, email: string, owner?: string): Promise<void> {
    const owners = await this.claimAll(em, [email]);
    if ([...owners.values()].some((id) => id !== owner)) {
      throw emailTaken();
    }
  }

  /** The same for many new accounts at once. @returns who has which of the addresses, by blind index */
  async claimAll(em: EntityManager, emails: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (!this.index.hasSeveralKeys) {
      return new Map();
    }
    const candidates = emails.map((email) => this.emails.candidates(email));
    await lockAddresses(em, candidates.map(commonIndex));
    // A statement of its own: it sees what those have committed who had the lock.
    return findEmailOwners(em, candidates.flat());
  }
}
