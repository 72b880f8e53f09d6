import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#libs/database';
import type { Permission } from '#libs/permissions';
import { type Administrator, RoleAuthority, SessionsService } from '../auth/index.js';
import { type Profile, type User, UsersService } from '../users/index.js';
import { writeUsers } from './administration.permissions.js';

/** What a change of an account leads to after the commit. */
interface Consequences {
  /** Sessions that have ended, or count differently. */
  readonly sessions?: readonly string[];
}

/** A user whom an administrator may change. */
interface Managed {
  readonly user: User;
  /** With the roles that they still have. */
  readonly administrator: Administrator;
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
      const { user, administrator } = await this.lock(em, caller, id, permission);
      const consequences = await work(em, user, administrator);
      return { profile: this.users.profileOf(user), sessions: consequences?.sessions ?? [] };
    });
    this.sessions.changed(sessions);
    this.users.invalidate(id);
    return profile;
  }

  /**
   * Locks a user for an administrator, in the caller's transaction.
   * @throws Problem `user-not-found`, `exceeds-your-permissions`, `unauthenticated` if the administrator's session has ended
   */
  async lock(em: EntityManager, caller: Administrator, id: string, permission: Permission): Promise<Managed> {
    const user = await this.users.lockManaged(em, caller.userId, id);
    const administrator = await this.authority.admit(em, caller, permission);
    await this.authority.requireOver(em, administrator, user.roles);
    return { user, administrator };
  }
}
