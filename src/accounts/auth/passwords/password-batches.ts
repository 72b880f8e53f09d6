import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { PasswordHasher } from './password-hasher.js';
import { findHashes, insertPasswords } from './password.repository.js';

/** Stores and reads the passwords of thousands of users at once. */
@Injectable()
export class PasswordBatches {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  /** Takes a while, so call it before the transaction. @throws Problem `unavailable` if too many are waiting */
  hash(password: string): Promise<string> {
    return this.hasher.hash(password);
  }

  /** In the caller's transaction, in one statement. @param passwords with hashes that `reasonAgainstHash` accepts */
  insert(em: EntityManager, passwords: readonly { userId: string; hash: string }[]): Promise<void> {
    return insertPasswords(em, passwords, this.clock.now());
  }

  /** By the IDs of the users who have one. */
  async hashesOf(em: EntityManager, users: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map((await findHashes(em, users)).map(({ user, hash }) => [user, hash]));
  }
}
