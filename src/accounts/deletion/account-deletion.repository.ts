import type { EntityManager } from '@mikro-orm/postgresql';
import { AccountDeletion } from './account-deletion.entity.js';

/** The deletion of the user's account that can still be canceled. The caller has locked the user. */
export function findPending(em: EntityManager, userId: string): Promise<AccountDeletion | null> {
  return em.findOne(AccountDeletion, { userId, state: 'requested' });
}

/** Removes the commands to notify a user that haven't been delivered. */
export async function forgetNotifications(em: EntityManager, userId: string): Promise<void> {
  await em.execute(
    'delete from accounts.outbox where subject = ? and type = ?',
    [userId, 'send-notification'],
    'run',
  );
}

/** Like that of `RoleAuthority`, for workers. */
export async function lockAdmins(em: EntityManager): Promise<void> {
  await em.execute(`select from accounts.roles where name = 'admin' for no key update`);
}

/** After `lockAdmins`. */
export async function isLastAdmin(em: EntityManager, userId: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `select from accounts.user_roles own where own.role = 'admin' and own.user_id = ? and not exists (
       select from accounts.user_roles r join accounts.users u on u.id = r.user_id
        where r.role = 'admin' and r.user_id <> own.user_id and u.status = 'active')`,
    [userId],
  );
  return rows.length > 0;
}

export function findDeletion(em: EntityManager, id: string): Promise<AccountDeletion | null> {
  return em.findOne(AccountDeletion, { id });
}
