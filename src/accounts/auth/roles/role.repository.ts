import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { ADMIN_ROLE, Role } from './role.entity.js';

export type RoleGrants = Pick<Role, 'name' | 'permissions'>;

/** All of them: `RolesService` bounds their number. */
export function findGrants(em: EntityManager): Promise<RoleGrants[]> {
  return em.execute<RoleGrants[]>('select name, permissions from accounts.roles');
}

/** Returns one row more than the limit, oldest first. */
export function findRoles(em: EntityManager, page: PageRequest): Promise<Role[]> {
  const { where, options } = keyset(page, 'oldest first');
  return em.find(Role, where, options);
}

export function countRoles(em: EntityManager): Promise<number> {
  return em.count(Role, {});
}

/** Locks the role until the transaction ends. */
export function lockRole(em: EntityManager, name: string): Promise<Role | null> {
  return em.findOne(Role, { name }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** Keeps these roles from being deleted until the transaction ends. @returns those that exist */
export function keepRoles(em: EntityManager, names: readonly string[]): Promise<RoleGrants[]> {
  return em.execute<RoleGrants[]>(
    `select name, permissions from accounts.roles
      where name in (select jsonb_array_elements_text(?::jsonb)) order by name for key share`,
    [JSON.stringify(names)],
  );
}

/**
 * Makes changes of who is an admin wait for each other, so that of the last two, only one can go. Lock this before any
 * user, to avoid deadlocks.
 */
export async function lockAdmins(em: EntityManager): Promise<void> {
  await em.execute('select from accounts.roles where name = ? for no key update', [ADMIN_ROLE]);
}
