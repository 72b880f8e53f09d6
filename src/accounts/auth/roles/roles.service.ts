import { Injectable } from '@nestjs/common';
import type { AuditChanges } from '#libs/audit';
import { Clock, IdSource } from '#libs/clock';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { preconditionFailed } from '#libs/problem';
import { AuditLog } from '../../audit/index.js';
import { UsersService } from '../../users/index.js';
import type { Administrator } from '../callers/caller.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { ADMIN_ROLE, BUILT_IN_ROLES, Role } from './role.entity.js';
import { RoleAuthority } from './role-authority.js';
import { RoleCache } from './role-cache.js';
import { countRoles, findRoles, lockAdmins, lockRole } from './role.repository.js';
import { roleChanged, roleCreated, roleDeleted } from './roles.events.js';
import { writeRoles } from './roles.permissions.js';
import { builtInRole, roleInUse, roleNotFound, tooManyRoles } from './roles.errors.js';

const MAX_ROLES = 500;
/** How many users can lose a role in one transaction. */
const MAX_HOLDERS = 10_000;

/** Whether a change applies to the version that there is now. Null if there's none yet. */
type Condition = (version: number | null) => boolean;

interface Stored {
  readonly role: Role;
  readonly isNew: boolean;
}

/** Roles: named sets of permissions. */
@Injectable()
export class RolesService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly authority: RoleAuthority,
    private readonly cache: RoleCache,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Oldest first. */
  list(page: PageRequest, withTotal: boolean): Promise<Slice<Role>> {
    return this.database.run(async (em) => ({
      ...sliceOf(await findRoles(em, page), page),
      ...(withTotal ? { total: await countRoles(em) } : {}),
    }));
  }

  /**
   * Creates the role, or replaces its permissions. The same permissions again don't make a new version.
   * @param permissions the names of declared ones, without duplicates
   * @throws Problem `built-in-role`, `exceeds-your-permissions`, `too-many-roles`, `precondition-failed`, `unauthenticated`
   */
  async put(
    caller: Administrator,
    name: string,
    permissions: readonly string[],
    isExpected: Condition,
  ): Promise<Stored> {
    if (name === ADMIN_ROLE) {
      throw builtInRole();
    }
    const stored = await this.database.transaction(async (em) => {
      // One at a time, so that there never are too many.
      await lockAdmins(em);
      const administrator = await this.authority.admit(em, caller, writeRoles);
      const found = await lockRole(em, name);
      if (!isExpected(found?.version ?? null)) {
        throw preconditionFailed();
      }
      await this.authority.requireHaving(em, administrator, [...permissions, ...(found?.permissions ?? [])]);
      const now = this.clock.now();
      const sorted = [...permissions].sort();
      if (!found) {
        if ((await countRoles(em)) >= MAX_ROLES) {
          throw tooManyRoles();
        }
        const id = this.ids.next(now);
        const role = em.create(Role, {
          id,
          name,
          permissions: sorted,
          createdAt: now,
          updatedAt: now,
        });
        await em.persist(role).flush();
        await this.audit.record(em, roleCreated, { target: name, changes: changeOf([], role.permissions) });
        return { role, isNew: true };
      }
      if (sorted.join() !== found.permissions.join()) {
        await this.audit.record(em, roleChanged, {
          target: name,
          changes: changeOf(found.permissions, sorted),
        });
        Object.assign(found, { permissions: sorted, updatedAt: now });
        await em.flush();
      }
      return { role: found, isNew: false };
    });
    this.cache.invalidate();
    return stored;
  }

  /**
   * Deletes the role and takes it from everyone, so that a later role of the same name starts with nobody.
   * @throws Problem `role-not-found`, `built-in-role`, `role-in-use`, `exceeds-your-permissions`, `precondition-failed`,
   * `unauthenticated`
   */
  async remove(caller: Administrator, name: string, isExpected: Condition): Promise<void> {
    if (BUILT_IN_ROLES.includes(name)) {
      throw builtInRole();
    }
    const changed = await this.database.transaction(async (em) => {
      await lockAdmins(em);
      const administrator = await this.authority.admit(em, caller, writeRoles);
      // Users before roles, as everywhere, to avoid deadlocks. Someone who gets the role meanwhile loses it below.
      const users = await this.users.takeRole(em, name, MAX_HOLDERS);
      const role = await lockRole(em, name);
      if (!role) {
        throw roleNotFound();
      }
      if (!isExpected(role.version)) {
        throw preconditionFailed();
      }
      await this.authority.requireHaving(em, administrator, role.permissions);
      users.push(...(await this.users.takeRole(em, name, MAX_HOLDERS)));
      if (users.length > MAX_HOLDERS) {
        throw roleInUse();
      }
      await this.audit.record(em, roleDeleted, { target: name, changes: changeOf(role.permissions, []) });
      await em.remove(role).flush();
      return { users, sessions: await this.sessions.findLive(em, users) };
    });
    this.cache.invalidate();
    changed.users.forEach((id) => this.users.invalidate(id));
    this.sessions.changed(changed.sessions);
  }
}

function changeOf(from: readonly string[], to: readonly string[]): AuditChanges {
  return { permissions: { from, to } };
}
