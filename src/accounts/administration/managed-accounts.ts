import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#libs/database';
import type { Permission } from '#libs/permissions';
import {
  type Administrator,
  ADMIN_ROLE,
  lastAdmin,
  LiveCallers,
  RoleAuthority,
  SessionsService,
} from '../auth/index.js';
import { writeUsers } from './administration.permissions.js';
import { type Profile, type User, UsersService } from '../users/index.js';

/** What a change of an account leads to after the commit. */
interface Consequences {
  /** Sessions that have ended, or count differently. */
  readonly sessions?: readonly string[];
}

interface ChangeOptions {
  /** Whether there may be one admin less afterwards. */
  readonly mayTakeAdmin?: boolean;
  /** What the administrator needs, still. `users:write` if it's nothing else. */
  readonly permission?: Permission;
}

/** Changes accounts of others, for administrators who may. */
@Injectable()
export class ManagedAccounts {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly callers: LiveCallers,
    private readonly authority: RoleAuthority,
  ) {}

  /**
   * Runs `work` in a transaction that has locked the user.
   * @returns the user after the change
   * @throws Problem `user-not-found`, `exceeds-your-permissions`, `unauthenticated` if the administrator's session has ended
   */
  async change(
    caller: Administrator,
    id: string,
    work: (em: EntityManager, user: User, administrator: Administrator) => Promise<Consequences | undefined>,
    { mayTakeAdmin = false, permission = writeUsers }: ChangeOptions = {},
  ): Promise<Profile> {
    const { profile, sessions } = await this.database.transaction(async (em) => {
      if (mayTakeAdmin) {
        await this.authority.lockAdmins(em);
      }
      const user = await this.users.lockManaged(em, caller.userId, id);
      const administrator = await this.callers.require(em, caller);
      await this.authority.requireHaving(em, administrator, [permission.name]);
      await this.authority.requireOver(em, administrator, user.roles);
      const consequences = await work(em, user, administrator);
      return { profile: this.users.profileOf(user), sessions: consequences?.sessions ?? [] };
    });
    this.sessions.changed(sessions);
    this.users.invalidate(id);
    return profile;
  }

  /** For a change that leaves one admin less. The caller allows it with `mayTakeAdmin`. @throws Problem `last-admin` */
  async requireOtherAdmin(em: EntityManager, user: User): Promise<void> {
    if (user.roles.includes(ADMIN_ROLE) && !(await this.users.hasOther(em, user.id, ADMIN_ROLE))) {
      throw lastAdmin();
    }
  }
}
