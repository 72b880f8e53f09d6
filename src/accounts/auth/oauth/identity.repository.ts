import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { Identity } from './identity.entity.js';

export type NewIdentity = Pick<Identity, 'id' | 'user' | 'provider' | 'subject' | 'createdAt'> & {
  readonly emailSealed: string | null;
};

export function findIdentity(em: EntityManager, provider: string, subject: string): Promise<Identity | null> {
  return em.findOne(Identity, { provider, subject });
}

/** @returns whether it's stored. It isn't if someone has already linked it */
export async function insertIdentity(em: EntityManager, identity: NewIdentity): Promise<boolean> {
  const { id, user, provider, subject, emailSealed, createdAt } = identity;
  const rows = await em.execute<unknown[]>(
    `insert into accounts.identities (id, user_id, provider, subject, email_sealed, created_at)
     values (?, ?, ?, ?, ?, ?) on conflict (provider, subject) do nothing returning id`,
    [id, user, provider, subject, emailSealed, createdAt],
  );
  return rows.length > 0;
}

/** Returns one row more than the limit, newest first. */
export function findIdentities(em: EntityManager, user: string, page: PageRequest): Promise<Identity[]> {
  const { where, options } = keyset(page);
  return em.find(Identity, { user, ...where }, options);
}

/** @param providers counts only their identities */
export function countIdentities(
  em: EntityManager,
  user: string,
  providers?: readonly string[],
): Promise<number> {
  return em.count(Identity, { user, ...(providers ? { provider: { $in: [...providers] } } : {}) });
}

/** @returns whether the user had it */
export async function deleteIdentity(em: EntityManager, user: string, id: string): Promise<boolean> {
  return (await em.nativeDelete(Identity, { id, user })) > 0;
}

export async function deleteIdentitiesSince(em: EntityManager, user: string, since: Date): Promise<void> {
  await em.nativeDelete(Identity, { user, createdAt: { $gte: since } });
}
