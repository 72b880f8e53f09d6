import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { invalidInput } from '#libs/problem';
import { ADMIN_ROLE } from './role.entity.js';
import { keepRoles, lockAdmins } from './role.repository.js';
import { exceedsYourPermissions } from './roles.errors.js';

/**
 * Keeps administrators within their own permissions. Otherwise, whoever may change roles could make themselves an admin,
 * and whoever may change accounts could take over an admin's.
 */
@Injectable()
export class RoleAuthority {
  /**
   * Whoever has `own` roles gives, takes or changes the roles `others`. Ones that don't exist grant nothing.
   * @throws Problem `exceeds-your-permissions` if those grant anything that their own don't
   */
  async requireOver(em: EntityManager, own: readonly string[], others: readonly string[]): Promise<void> {
    if (own.includes(ADMIN_ROLE)) {
      return;
    }
    if (others.includes(ADMIN_ROLE)) {
      throw exceedsYourPermissions();
    }
    const roles = await keepRoles(em, [...new Set([...own, ...others])]);
    const granted = (names: readonly string[]): string[] =>
      roles.filter(({ name }) => names.includes(name)).flatMap(({ permissions }) => permissions);
    requireWithin(granted(own), granted(others));
  }

  /** The same, for permissions. */
  async requireHaving(
    em: EntityManager,
    own: readonly string[],
    permissions: readonly string[],
  ): Promise<void> {
    if (!own.includes(ADMIN_ROLE)) {
      const roles = await keepRoles(em, own);
      requireWithin(
        roles.flatMap((role) => role.permissions),
        permissions,
      );
    }
  }

  /** Keeps these roles until the caller's transaction ends. @throws Problem `invalid-input` if one doesn't exist */
  async requireExisting(em: EntityManager, roles: readonly string[]): Promise<void> {
    const existing = (await keepRoles(em, roles)).map(({ name }) => name);
    const unknown = roles.findIndex((role) => !existing.includes(role));
    if (unknown >= 0) {
      const message = 'must be the name of a role from `GET /roles`';
      throw invalidInput({ errors: [{ pointer: `/roles/${unknown}`, code: 'unknown-role', message }] });
    }
  }

  /**
   * Makes changes of who is an admin wait for each other, so that of the last two, only one can go. Call it before users
   * are locked, to avoid deadlocks.
   */
  lockAdmins(em: EntityManager): Promise<void> {
    return lockAdmins(em);
  }
}

function requireWithin(own: readonly string[], wanted: readonly string[]): void {
  const having = new Set(own);
  if (!wanted.every((permission) => having.has(permission))) {
    throw exceedsYourPermissions();
  }
}
