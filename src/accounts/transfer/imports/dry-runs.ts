import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { hashToken } from '#libs/crypto';
import { DryRunUser } from './dry-run-user.entity.js';

/** Remembers whom dry runs would have created, so that they find the same duplicates as an import. */
@Injectable()
export class DryRuns {
  /**
   * For a locked transfer, in the caller's transaction.
   * @param identities what identifies each user, in order: the blind index of the address, and the ID if it's given. Null
   * for those who can't be created anyway
   * @returns whether each would be created
   */
  async create(
    em: EntityManager,
    transfer: string,
    identities: readonly (readonly string[] | null)[],
  ): Promise<boolean[]> {
    const fingerprints = identities.map(
      (identity) => identity?.map((part) => hashToken(`${transfer}:${part}`)) ?? null,
    );
    const all = fingerprints.flatMap((each) => each ?? []);
    const found = await em.find(DryRunUser, { transfer, fingerprint: { $in: all } });
    const taken = new Set(found.map(({ fingerprint }) => fingerprint));
    const created: string[] = [];
    const outcome = fingerprints.map((each) => {
      const isFree = each !== null && !each.some((fingerprint) => taken.has(fingerprint));
      if (isFree) {
        each.forEach((fingerprint) => taken.add(fingerprint));
        created.push(...each);
      }
      return isFree;
    });
    await em.insertMany(
      DryRunUser,
      created.map((fingerprint) => ({ transfer, fingerprint })),
    );
    return outcome;
  }

  async forget(em: EntityManager, transfer: string): Promise<void> {
    await em.nativeDelete(DryRunUser, { transfer });
  }
}
