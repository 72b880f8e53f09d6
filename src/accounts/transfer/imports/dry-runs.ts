import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { hashToken } from '#libs/crypto';
import type { Identity, Taken } from '../../users/index.js';
import { DryRunUser } from './dry-run-user.entity.js';

/** Remembers whom dry runs would have created, so that they find the same duplicates as an import. */
@Injectable()
export class DryRuns {
  /**
   * For a locked transfer, in the caller's transaction.
   * @returns in order, what would have kept each user from being created. Null if nothing would
   */
  async create(
    em: EntityManager,
    transfer: string,
    identities: readonly Identity[],
  ): Promise<(Taken | null)[]> {
    const fingerprint = (part: string): string => hashToken(`${transfer}:${part}`);
    const users = identities.map((identity) =>
      identity.taken === undefined
        ? { email: fingerprint(identity.emailIndex), id: identity.id && fingerprint(identity.id) }
        : identity,
    );
    const all = users.flatMap((user) => ('email' in user ? [user.email, user.id ?? user.email] : []));
    const found = await em.find(DryRunUser, { transfer, fingerprint: { $in: all } });
    const seen = new Set(found.map((row) => row.fingerprint));
    const created: string[] = [];
    const outcomes = users.map((user): Taken | null => {
      if (!('email' in user)) {
        return user.taken;
      }
      const { email, id } = user;
      if (seen.has(email)) {
        return 'email';
      }
      if (id !== undefined && seen.has(id)) {
        return 'id';
      }
      for (const each of id === undefined ? [email] : [email, id]) {
        seen.add(each);
        created.push(each);
      }
      return null;
    });
    if (created.length > 0) {
      await em.insertMany(
        DryRunUser,
        created.map((each) => ({ transfer, fingerprint: each })),
      );
    }
    return outcomes;
  }

  async forget(em: EntityManager, transfer: string): Promise<void> {
    await em.nativeDelete(DryRunUser, { transfer });
  }
}
