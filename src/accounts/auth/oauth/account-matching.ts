import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppConfig } from '../../../../config/index.js';
import { AuditLog } from '../../audit/index.js';
import { emailTaken, ReservedAddresses, type User, userRegistered, UsersService } from '../../users/index.js';
import { AddressClaim } from '../registration/address-claim.js';
import { registrationClosed } from '../registration/registration.errors.js';
import { USER_ROLE } from '../roles/role.entity.js';
import type { Device } from '../sessions/session-issuer.js';
import { invalidCredentials } from '../sign-in/sign-in.errors.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { IdentityLinks } from './identity-links.js';
import { findIdentity } from './identity.repository.js';
import { accountExists, emailNotTrusted, emailRequired } from './oauth.errors.js';
import type { Provider, ProviderAccount } from './providers/provider.js';

/** Whom an identity signs in. */
interface Match {
  readonly user: User;
  /** Whether the account was someone else's until now. Call `UsersService.invalidate` after the commit. */
  readonly isClaimed: boolean;
  /** The sessions that it ended, for the cache, after the commit. */
  readonly ended: readonly string[];
}

/** Decides whose account an identity opens. */
@Injectable()
export class AccountMatching {
  constructor(
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly reserved: ReservedAddresses,
    private readonly claim: AddressClaim,
    private readonly links: IdentityLinks,
    private readonly signIn: SignInService,
    private readonly config: AppConfig,
  ) {}

  /**
   * Finds the user of an identity in the caller's transaction, or links it to the account with its address, which may be
   * a new one. An address only counts if the provider has verified it and we trust it in that: otherwise, whoever claims
   * someone's address at the provider would get into their account, or be there before them (Sudhodanan and Paverd,
   * "Pre-hijacked accounts", 2022).
   * @param device what the browser in which it happens is
   * @throws Problem `email-taken` if the identity, its account or the address changed hands at the same time: roll back, and
   * try again; `account-exists`, `email-not-trusted`, `email-required`, `registration-closed`, or
   * `invalid-credentials` if the user can't sign in
   */
  async match(
    em: EntityManager,
    provider: Provider,
    account: ProviderAccount,
    device: Device,
  ): Promise<Match> {
    const known = await findIdentity(em, provider.name, account.subject);
    if (known) {
      return this.recognize(em, known.user, provider, account);
    }
    const { email } = account;
    if (email === null) {
      throw emailRequired();
    }
    const present = await this.users.lockByEmail(em, email);
    if (!provider.trustEmail || !account.emailVerified) {
      throw this.refusal(present);
    }
    return present
      ? this.join(em, present, provider, account, device)
      : this.open(em, email, provider, account);
  }

  /** Locks the user before looking again: the account may just get another owner, who must not keep the identity. */
  private async recognize(
    em: EntityManager,
    userId: string,
    provider: Provider,
    { subject }: ProviderAccount,
  ): Promise<Match> {
    const user = await this.users.lock(em, userId);
    const known = await findIdentity(em, provider.name, subject);
    if (!user || known?.user !== user.id) {
      throw emailTaken();
    }
    if (!this.signIn.admits(user)) {
      throw invalidCredentials();
    }
    return { user, ended: [], isClaimed: false };
  }

  /** Where registration doesn't tell who has an account, this doesn't either. */
  private refusal(present: User | null): Error {
    return present && this.config.registration === 'immediate' ? accountExists() : emailNotTrusted();
  }

  private async open(
    em: EntityManager,
    email: string,
    provider: Provider,
    { subject, displayName, locale }: ProviderAccount,
  ): Promise<Match> {
    if (this.config.registration === 'closed') {
      throw registrationClosed();
    }
    // The owner of an account may get it back.
    if (await this.reserved.isReserved(em, email, { isProven: true })) {
      throw accountExists();
    }
    const user = await this.users.create(em, {
      email,
      emailVerified: true,
      displayName,
      locale: locale ?? undefined,
      roles: [USER_ROLE],
    });
    const isLinked = await this.links.add(em, user, { provider: provider.name, subject, email });
    if (!isLinked) {
      throw emailTaken();
    }
    await this.audit.record(em, userRegistered, { actor: user.id, subject: user.id });
    return { user, ended: [], isClaimed: false };
  }

  private async join(
    em: EntityManager,
    user: User,
    provider: Provider,
    { subject, email }: ProviderAccount,
    device: Device,
  ): Promise<Match> {
    if (user.status !== 'active') {
      throw invalidCredentials();
    }
    const isClaimed = !user.emailVerified;
    const ended = await this.claim.take(em, user);
    const linkedAt = await this.links.add(em, user, { provider: provider.name, subject, email });
    if (!linkedAt) {
      throw emailTaken();
    }
    if (!isClaimed) {
      await this.links.tellOwner(em, user, linkedAt, device);
    }
    return { user, ended, isClaimed };
  }
}
