import type { EntityManager } from '@mikro-orm/postgresql';
import { PendingRegistration } from './pending-registration.entity.js';

/**
 * Adds a registration, unless the address has as many as it can have. One with the same password is the same form,
 * submitted again, maybe in another browser, which can then confirm it.
 * The caller has locked the user.
 * @returns the ID of the stored registration, or undefined if there are too many
 */
export async function putRegistration(
  em: EntityManager,
  registration: PendingRegistration,
  { now, max }: { readonly now: Date; readonly max: number },
): Promise<string | undefined> {
  const { id, user, passwordHash, browserHash, displayName, locale, timezone, decoy, expiresAt } =
    registration;
  const [again] = await em.execute<{ id: string }[]>(
    `update accounts.pending_registrations set browser_hash = ?, expires_at = ?
      where user_id = ? and password_hash = ? and expires_at > ? returning id`,
    [browserHash, expiresAt, user, passwordHash, now],
  );
  if (again) {
    return again.id;
  }
  const [added] = await em.execute<{ id: string }[]>(
    `insert into accounts.pending_registrations
       (id, user_id, password_hash, browser_hash, display_name, locale, timezone, decoy, expires_at)
     select ?, ?, ?, ?, ?, ?, ?, ?, ?
      where (select count(*) from accounts.pending_registrations where user_id = ? and expires_at > ?) < ?
     returning id`,
    [id, user, passwordHash, browserHash, displayName, locale, timezone, decoy, expiresAt, user, now, max],
  );
  return added?.id;
}

/** Whether someone registered the user's address with this password, even if the address is someone else's. */
export async function isRegistered(
  em: EntityManager,
  user: string,
  passwordHash: string,
  now: Date,
): Promise<boolean> {
  return (await em.count(PendingRegistration, { user, passwordHash, expiresAt: { $gt: now } })) > 0;
}

/** The user's registrations that can be confirmed, oldest first. */
export function findRegistrations(
  em: EntityManager,
  user: string,
  now: Date,
): Promise<PendingRegistration[]> {
  return em.find(
    PendingRegistration,
    { user, decoy: false, expiresAt: { $gt: now } },
    { orderBy: { id: 'asc' } },
  );
}

/**
 * Deletes the links of all registrations but the chosen one. The others become decoys without personal data: if signing
 * in with their passwords was answered differently from now on, it would reveal that the address has an owner.
 */
export async function settleRegistrations(
  em: EntityManager,
  user: string,
  chosen: PendingRegistration | undefined,
): Promise<void> {
  await em.execute(
    `delete from accounts.email_verifications where user_id = ? and registration_id <> ?`,
    [user, chosen?.id ?? NO_REGISTRATION],
    'run',
  );
  await em.execute(
    'delete from accounts.pending_registrations where user_id = ? and password_hash = ?',
    [user, chosen?.passwordHash ?? ''],
    'run',
  );
  await em.execute(
    `update accounts.pending_registrations
        set decoy = true, browser_hash = '', display_name = null, locale = null, timezone = null
      where user_id = ?`,
    [user],
    'run',
  );
}

/** @returns the hash of its password, if it existed */
export async function deleteRegistration(em: EntityManager, id: string): Promise<string | undefined> {
  const [row] = await em.execute<{ password_hash: string }[]>(
    'delete from accounts.pending_registrations where id = ? returning password_hash',
    [id],
  );
  return row?.password_hash;
}

const NO_REGISTRATION = '00000000-0000-0000-0000-000000000000';
