import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { LRUCache } from 'lru-cache';
import { defineSealedColumn, KeyRing, Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { addKey, findKey, findKeys } from './audit-key.repository.js';

/** As the ID of the key in what it seals. No key of `ENCRYPTION_KEYS` can have it. */
export const USER_KEY_ID = '~user';
const MAX_CACHED = 10_000;
/** How long a process can still have the key of a user who was deleted. */
const MAX_AGE_MS = 5 * 60_000;

/**
 * A random key for each user, for the details of the audit events about them. It's in their row, sealed, so it goes when they
 * do, and nobody can read those details any more, though nothing can change the events themselves.
 */
@Injectable()
export class AuditKeys {
  private readonly cached = new LRUCache<string, Sealer>({ max: MAX_CACHED, ttl: MAX_AGE_MS });
  /** What a transaction has found or added, by the driver's transaction object. If it's rolled back, no one has these keys. */
  private readonly uncommitted = new WeakMap<object, Map<string, Sealer>>();

  constructor(
    database: Database,
    private readonly sealer: Sealer,
  ) {
    database.onCommit((transaction) => {
      this.uncommitted.get(transaction)?.forEach((sealer, userId) => this.cached.set(userId, sealer));
    });
  }

  /** @returns a key for the row of a user whom the caller's transaction inserts */
  issue(em: EntityManager, userId: string): string {
    const [sealer, sealed] = this.create(userId);
    this.remember(em, userId, sealer);
    return sealed;
  }

  /** What seals details about the user. @returns null if there's no such user */
  async of(em: EntityManager, userId: string): Promise<Sealer | null> {
    const known = this.cached.get(userId) ?? this.ofTransaction(em)?.get(userId);
    if (known) {
      return known;
    }
    const found = await findKey(em, userId);
    // An earlier release, or an import, has inserted the user without one.
    const sealed = found && (found.keySealed ?? (await addKey(em, userId, this.create(userId)[1])));
    if (!sealed) {
      return null;
    }
    const sealer = this.open(userId, sealed);
    this.remember(em, userId, sealer);
    return sealer;
  }

  /**
   * What opens details about users. Not from the cache: of someone who was deleted, nothing may be read.
   * @returns by the ID of the user, without those that don't exist
   * @throws SealBrokenError for one whose key can't be opened, when it's called
   */
  async openers(em: EntityManager, userIds: readonly string[]): Promise<ReadonlyMap<string, () => Sealer>> {
    const rows = userIds.length > 0 ? await findKeys(em, [...new Set(userIds)]) : [];
    return new Map(rows.map(({ id, keySealed }) => [id, () => this.open(id, keySealed)]));
  }

  private create(userId: string): readonly [Sealer, string] {
    const key = randomBytes(32);
    return [sealerOf(key), this.sealer.seal(key.toString('base64url'), contextOf(userId))];
  }

  private open(userId: string, sealed: string): Sealer {
    return sealerOf(Buffer.from(this.sealer.open(sealed, contextOf(userId)), 'base64url'));
  }

  private remember(em: EntityManager, userId: string, sealer: Sealer): void {
    const transaction = em.getTransactionContext<object>();
    if (!transaction) {
      this.cached.set(userId, sealer);
      return;
    }
    const found = this.uncommitted.get(transaction) ?? new Map<string, Sealer>();
    this.uncommitted.set(transaction, found.set(userId, sealer));
  }

  private ofTransaction(em: EntityManager): ReadonlyMap<string, Sealer> | undefined {
    const transaction = em.getTransactionContext<object>();
    return transaction && this.uncommitted.get(transaction);
  }
}

/** Whether a user's key has sealed it, rather than one of `ENCRYPTION_KEYS`. */
export function isSealedForUser(sealed: string): boolean {
  return sealed.split('.')[1] === USER_KEY_ID;
}

function sealerOf(bytes: Buffer): Sealer {
  return new Sealer(new KeyRing([{ id: USER_KEY_ID, bytes }]));
}

function contextOf(userId: string): string {
  return `audit-key:${userId}`;
}

defineSealedColumn('accounts.users.audit_key_sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
});
