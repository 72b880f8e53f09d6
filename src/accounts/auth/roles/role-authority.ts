import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Permission } from '#libs/permissions';
import { invalidInput } from '#libs/problem';
import { type User, UsersService } from '../../users/index.js';
import type { Administrator, Authority } from '../callers/caller.js';
import { LiveCallers } from '../callers/live-callers.js';
import { exceedsYourPermissions } from '../permissions/permission.errors.js';
import { ADMIN_ROLE, USER_ROLE } from './role.entity.js';
import { keepRoles, lockAdmins } from './role.repository.js';
import { lastAdmin } from './roles.errors.js';
import { writeRoles } from './roles.permissions.js';

/**
 * Keeps administrators within their own permissions. Otherwise, whoever may change roles could make themselves an admin,
 * and whoever may change accounts could take over an admin's.
 */
@Injectable()
export class RoleAuthority {
  constructor(
    private readonly callers: LiveCallers,
    private readonly users: UsersService,
  ) {}

  /**
   * Lets an administrator go on who was let in when the request arrived, in the transaction of what they change.
   * @returns the administrator with the roles that they still have
   * @throws Problem `unauthenticated`, or `exceeds-your-permissions` if they no longer have the permission
   */
  async admit(em: EntityManager, caller: Administrator, permission: Permission): Promise<Administrator> {
    const administrator = await this.callers.require(em, caller);
    await this.requireHaving(em, administrator, [permission.name]);
    return administrator;
  }

  /**
   * The administrator gives, takes or changes the roles `others`. Ones that don't exist grant nothing.
   * @throws Problem `exceeds-your-permissions` if those grant anything that the administrator may not do
   */
  async requireOver(em: EntityManager, caller: Authority, others: readonly string[]): Promise<void> {
    const own = await permissionsOf(em, caller);
    if (own !== 'all') {
      if (others.includes(ADMIN_ROLE)) {
        throw exceedsYourPermissions();
      }
      requireWithin(own, await granted(em, others));
    }
  }

  /** The same, for permissions. */
  async requireHaving(em: EntityManager, caller: Authority, permissions: readonly string[]): Promise<void> {
    const own = await permissionsOf(em, caller);
    if (own !== 'all') {
      requireWithin(own, permissions);
    }
  }

  /** For work that a server has started. @throws Problem `exceeds-your-permissions` if its key was revoked or has expired */
  async requireKey(em: EntityManager, keyId: string): Promise<void> {
    if (!(await this.callers.hasKey(em, keyId))) {
      throw exceedsYourPermissions();
    }
  }

  /**
   * The administrator gives these roles to a new user.
   * @throws Problem `invalid-input` if one doesn't exist, `exceeds-your-permissions` if they may not give one of them
   */
  async requireMayGive(em: EntityManager, caller: Authority, roles: readonly string[]): Promise<void> {
    await this.requireExisting(em, roles);
    if (roles.some((role) => role !== USER_ROLE)) {
      await this.requireHaving(em, caller, [writeRoles.name]);
    }
    await this.requireOver(em, caller, roles);
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

  /** For what takes away a locked user who may be an admin, after `lockAdmins`. @throws Problem `last-admin` */
  async requireOtherAdmin(em: EntityManager, { id, roles }: User): Promise<void> {
    if (roles.includes(ADMIN_ROLE) && !(await this.users.hasOther(em, id, ADMIN_ROLE))) {
      throw lastAdmin();
    }
  }
}

type Permissions = 'all' | ReadonlySet<string>;

/** What the caller may do: all, or these. With an API key, or as someone else, no more than that allows. */
async function permissionsOf(
  em: EntityManager,
  { roles, permissions, impersonator }: Authority,
): Promise<Permissions> {
  const own = both(await permissionsOfRoles(em, roles), permissions ?? 'all');
  return impersonator ? both(own, await permissionsOfRoles(em, impersonator.roles)) : own;
}

async function permissionsOfRoles(em: EntityManager, roles: readonly string[]): Promise<Permissions> {
  return roles.includes(ADMIN_ROLE) ? 'all' : new Set(await granted(em, roles));
}

function both(one: Permissions, other: Permissions): Permissions {
  if (one === 'all' || other === 'all') {
    return one === 'all' ? other : one;
  }
  return new Set([...one].filter((name) => other.has(name)));
}

async function granted(em: EntityManager, roles: readonly string[]): Promise<string[]> {
  return (await keepRoles(em, roles)).flatMap(({ permissions }) => permissions);
}

function requireWithin(own: ReadonlySet<string>, wanted: readonly string[]): void {
  if (!wanted.every((permission) => own.has(permission))) {
    throw exceedsYourPermissions();
  }
}
