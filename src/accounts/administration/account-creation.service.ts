import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import {
  type Administrator,
  Invitations,
  PasswordPolicy,
  PasswordsService,
  RoleAuthority,
  TokenClaims,
  USER_ROLE,
} from '../auth/index.js';
import { AuditLog } from '../audit/index.js';
import { type ManagedPatch, type Profile, userCreated, UsersService } from '../users/index.js';
import { writeUsers } from './administration.permissions.js';

export interface NewAccount extends Pick<ManagedPatch, 'avatarUrl' | 'metadata' | 'appMetadata'> {
  readonly email: string;
  readonly emailVerified?: boolean;
  readonly displayName?: string | null;
  readonly locale?: string;
  readonly timezone?: string;
  readonly roles?: readonly string[];
  readonly password?: string;
  /** Whether to send a link with which they choose a password. */
  readonly invite?: boolean;
}

/** Creates accounts for others. */
@Injectable()
export class AccountCreationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly authority: RoleAuthority,
    private readonly policy: PasswordPolicy,
    private readonly passwords: PasswordsService,
    private readonly invitations: Invitations,
    private readonly claims: TokenClaims,
    private readonly audit: AuditLog,
    private readonly idempotency: IdempotencyStore,
  ) {}

  /**
   * @throws Problem `email-taken`, `weak-password`, `exceeds-your-permissions`, `invalid-input`, `unauthenticated`,
   * `unavailable`
   */
  async create(caller: Administrator, account: NewAccount): Promise<Profile> {
    const { email, password, roles = [USER_ROLE], invite = false } = account;
    this.claims.requireFitting(account.appMetadata ?? {});
    if (password !== undefined) {
      await this.policy.check(password, email);
    }
    const hash = password === undefined ? undefined : await this.passwords.hash(password);
    return this.database.transaction(async (em) => {
      const administrator = await this.authority.admit(em, caller, writeUsers);
      await this.authority.requireMayGive(em, administrator, roles);
      const user = await this.users.create(em, {
        ...account,
        emailVerified: account.emailVerified ?? false,
        roles,
        mailSent: invite,
      });
      if (hash !== undefined) {
        await this.passwords.put(em, user.id, hash);
      }
      await this.audit.record(em, userCreated, { subject: user.id });
      if (invite) {
        await this.invitations.send(em, user);
      }
      const profile = this.users.profileOf(user);
      await this.idempotency.keep(em, profile);
      return profile;
    });
  }
}
