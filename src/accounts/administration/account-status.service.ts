import { Injectable } from '@nestjs/common';
import { type VersionCondition, requireVersion } from '#libs/database';
import {
  type Administrator,
  ADMIN_ROLE,
  RoleAuthority,
  SessionsService,
  TokenClaims,
  writeRoles,
} from '../auth/index.js';
import { AuditLog } from '../audit/index.js';
import { AccountDeletionService, type PlannedDeletion } from '../deletion/index.js';
import {
  changesBetween,
  type ManagedPatch,
  type Profile,
  userRestored,
  userRolesChanged,
  userSuspended,
  UsersService,
  userUpdated,
} from '../users/index.js';
import { ManagedAccounts } from './managed-accounts.js';

/** What administrators change about accounts. */
@Injectable()
export class AccountStatusService {
  constructor(
    private readonly accounts: ManagedAccounts,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly authority: RoleAuthority,
    private readonly claims: TokenClaims,
    private readonly deletions: AccountDeletionService,
    private readonly audit: AuditLog,
  ) {}

  /**
   * @param isExpected whether the change applies to a version
   * @throws Problem `user-not-found`, `exceeds-your-permissions`, `precondition-failed`, `unauthenticated`
   */
  update(
    caller: Administrator,
    id: string,
    patch: ManagedPatch,
    isExpected: VersionCondition,
  ): Promise<Profile> {
    return this.accounts.change(caller, id, async (em, user) => {
      requireVersion(isExpected, user.version);
      const before = this.users.profileOf(user);
      await this.users.change(em, user, patch);
      this.claims.requireFitting(user.appMetadata);
      const changes = changesBetween(before, this.users.profileOf(user));
      if (changes) {
        await this.audit.record(em, userUpdated, { subject: id, changes });
      }
      return undefined;
    });
  }

  /**
   * Keeps the user from signing in, and ends their sessions. Has no effect on a suspended user.
   * @throws Problem `user-not-found`, `last-admin`, `exceeds-your-permissions`, `unauthenticated`
   */
  suspend(caller: Administrator, id: string): Promise<Profile> {
    return this.accounts.change(
      caller,
      id,
      async (em, user) => {
        if (user.status === 'suspended') {
          return undefined;
        }
        await this.authority.requireOtherAdmin(em, user);
        await this.users.set(em, user, { status: 'suspended' });
        await this.audit.record(em, userSuspended, { subject: id });
        return { sessions: await this.sessions.endAll(em, id) };
      },
      { mayTakeAdmin: true },
    );
  }

  /** Lets a suspended user sign in again. @throws Problem `user-not-found`, `exceeds-your-permissions`, `unauthenticated` */
  restore(caller: Administrator, id: string): Promise<Profile> {
    return this.accounts.change(caller, id, async (em, user) => {
      if (user.status === 'suspended') {
        await this.users.set(em, user, { status: 'active' });
        await this.audit.record(em, userRestored, { subject: id });
      }
      return undefined;
    });
  }

  /**
   * Deletes the account at once, in a job, and signs the user out everywhere.
   * @param isExpected whether the change applies to a version
   * @throws Problem `user-not-found`, `last-admin`, `exceeds-your-permissions`, `precondition-failed`, `unauthenticated`
   */
  async delete(caller: Administrator, id: string, isExpected: VersionCondition): Promise<PlannedDeletion> {
    const planned: PlannedDeletion[] = [];
    await this.accounts.change(
      caller,
      id,
      async (em, user) => {
        requireVersion(isExpected, user.version);
        await this.authority.requireOtherAdmin(em, user);
        planned.push(await this.deletions.delete(em, user, caller.userId));
        return { sessions: await this.sessions.endAll(em, id) };
      },
      { mayTakeAdmin: true },
    );
    return planned[0] as PlannedDeletion;
  }

  /**
   * Replaces the user's roles.
   * @param isExpected whether the change applies to a version
   * @throws Problem `user-not-found`, `invalid-input` for a role that doesn't exist, `last-admin`,
   * `exceeds-your-permissions`, `precondition-failed`, `unauthenticated`
   */
  setRoles(
    caller: Administrator,
    id: string,
    roles: readonly string[],
    isExpected: VersionCondition,
  ): Promise<Profile> {
    return this.accounts.change(
      caller,
      id,
      async (em, user, administrator) => {
        requireVersion(isExpected, user.version);
        await this.authority.requireExisting(em, roles);
        const given = roles.filter((role) => !user.roles.includes(role));
        const taken = user.roles.filter((role) => !roles.includes(role));
        if (given.length + taken.length === 0) {
          return undefined;
        }
        await this.authority.requireOver(em, administrator, [...given, ...taken]);
        if (!roles.includes(ADMIN_ROLE)) {
          await this.authority.requireOtherAdmin(em, user);
        }
        const changes = { roles: { from: user.roles, to: roles } };
        await this.users.set(em, user, { roles: [...roles] });
        await this.audit.record(em, userRolesChanged, { subject: id, changes });
        return { sessions: await this.sessions.findLive(em, [id]) };
      },
      { mayTakeAdmin: true, permission: writeRoles },
    );
  }
}
