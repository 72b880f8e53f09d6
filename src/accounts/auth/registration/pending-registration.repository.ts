import type { EntityManager } from '@mikro-orm/postgresql';
import { PendingRegistration } from './pending-registration.entity.js';

type NewRegistration = Pick<
  PendingRegistration,
  'id' | 'user' | 'passwordHash' | 'browserHash' | 'displayName' | 'locale' | 'timezone' | 'expiresAt'
>;

/** Adds a registration, unless the address has as many as it can have. @returns whether it was added */
export async function addRegistration(
  em: EntityManager,
  registration: NewRegistration,
  { now, max }: { readonly now: Date; readonly max: number },
): Promise<boolean> {
  const { id, user, passwordHash, browserHash, displayName, locale, timezone, expiresAt } = registration;
  const rows = await em.execute<unknown[]>(
    `insert into accounts.pending_registrations
       (id, user_id, password_hash, browser_hash, display_name, locale, timezone, expires_at)
     select ?, ?, ?, ?, ?, ?, ?, ?
      where (select count(*) from accounts.pending_registrations where user_id = ? and expires_at > ?) < ?
     returning id`,
    [id, user, passwordHash, browserHash, displayName, locale, timezone, expiresAt, user, now, max],
  );
  return rows.length > 0;
}

/** Lets the browser that submitted the same form again confirm the registration. @returns its ID, if it still exists */
export async function resubmitRegistration(
  em: EntityManager,
  { user, passwordHash, browserHash }: Pick<NewRegistration, 'user' | 'passwordHash' | 'browserHash'>,
): Promise<string | undefined> {
  const [row] = await em.execute<{ id: string }[]>(
    `update accounts.pending_registrations set browser_hash = ?
      where user_id = ? and password_hash = ? returning id`,
    [browserHash, user, passwordHash],
  );
  return row?.id;
}

/** The user's registrations that have not expired, oldest first. */
export function findRegistrations(
  em: EntityManager,
  user: string,
  now: Date,
): Promise<PendingRegistration[]> {
  return em.find(PendingRegistration, { user, expiresAt: { $gt: now } }, { orderBy: { id: 'asc' } });
}

/** Deletes the user's registrations, and the links of all but the chosen one. */
export async function settleRegistrations(
  em: EntityManager,
  user: string,
  chosen: string | undefined,
): Promise<void> {
  await em.execute(
    `delete from accounts.email_verifications where user_id = ? and registration_id <> ?`,
    [user, chosen ?? NO_REGISTRATION],
    'run',
  );
  await em.execute('delete from accounts.pending_registrations where user_id = ?', [user], 'run');
}

const NO_REGISTRATION = '00000000-0000-0000-0000-000000000000';
