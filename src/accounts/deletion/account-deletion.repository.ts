import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
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

export function findDeletion(em: EntityManager, id: string): Promise<AccountDeletion | null> {
  return em.findOne(AccountDeletion, { id });
}

/** Returns one row more than the limit, newest first. */
export function findDeletions(
  em: EntityManager,
  states: readonly string[],
  page: PageRequest,
): Promise<AccountDeletion[]> {
  const { where, options } = keyset(page);
  return em.find(AccountDeletion, { $and: [{ state: { $in: [...states] } }, where] }, options);
}

/** Of the user's account, also those that were canceled. */
export function findDeletionsOf(em: EntityManager, userId: string): Promise<AccountDeletion[]> {
  return em.find(AccountDeletion, { userId }, { orderBy: { id: 'desc' } });
}

export function countDeletions(em: EntityManager, states: readonly string[]): Promise<number> {
  return em.count(AccountDeletion, { state: { $in: [...states] } });
}
