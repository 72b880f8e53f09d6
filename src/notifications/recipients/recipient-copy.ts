import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DirectoryUser } from '#libs/contracts';
import { defineSealedColumn, Sealer } from '#libs/crypto';
import { lockRecipients } from './erased-user.repository.js';
import {
  deleteCopies,
  findCopy,
  findVersions,
  markUpToDate,
  type OutdatedRecipient,
  storeCopies,
} from './recipient.repository.js';

/**
 * The copy of what accounts says about users. Versions make the order irrelevant in which answers arrive, and under the
 * lock of its recipient, nothing about an erased user comes back.
 */
@Injectable()
export class RecipientCopy {
  constructor(private readonly sealer: Sealer) {}

  /** @returns null if there's no copy of the user, or it's known to be outdated @throws SealBrokenError */
  async find(em: EntityManager, userId: string): Promise<DirectoryUser | null> {
    const copy = await findCopy(em, userId);
    return typeof copy?.sealed === 'string'
      ? (this.sealer.openJson(copy.sealed, contextOf(userId)) as DirectoryUser)
      : null;
  }

  /** @returns those that are newer than their copies */
  async newer(em: EntityManager, users: readonly DirectoryUser[]): Promise<DirectoryUser[]> {
    const versions = await findVersions(
      em,
      users.map(({ id }) => id),
    );
    return users.filter(({ id, version }) => version > (versions.get(id) ?? 0));
  }

  /** Stores what accounts has answered, as far as it's newer. In a transaction. */
  async store(em: EntityManager, users: readonly DirectoryUser[]): Promise<void> {
    const newer = await this.newer(em, users);
    if (newer.length > 0) {
      await lockRecipients(
        em,
        newer.map(({ id }) => id),
      );
      const rows = newer.map((user) => ({
        userId: user.id,
        version: user.version,
        sealed: this.sealer.sealJson(user, contextOf(user.id)),
      }));
      await storeCopies(em, rows);
    }
  }

  /**
   * Stores what accounts has answered about users who have changed. Who isn't in the answer doesn't exist any more, because
   * nobody gets an ID again.
   */
  async replace(
    em: EntityManager,
    outdated: readonly OutdatedRecipient[],
    users: readonly DirectoryUser[],
  ): Promise<void> {
    await this.store(em, users);
    const found = new Set(users.map(({ id }) => id));
    const gone = outdated.map(({ userId }) => userId).filter((userId) => !found.has(userId));
    if (gone.length > 0) {
      await deleteCopies(em, gone);
    }
    await markUpToDate(em, outdated);
  }
}

function contextOf(userId: string): string {
  return `recipient:${userId}`;
}

defineSealedColumn('notifications.recipients.sealed', {
  primaryKey: { user_id: 'uuid' },
  context: ({ user_id = '' }) => contextOf(user_id),
});
