import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppConfig } from '../../../../config/index.js';
import { emailTaken, type User, UsersService } from '../../users/index.js';
import { AddressClaim } from '../registration/address-claim.js';
import { registrationClosed } from '../registration/registration.errors.js';
import { invalidCredentials } from '../sign-in/sign-in.errors.js';
import { SignInService } from '../sign-in/sign-in.service.js';
import { IdentityLinks } from './identity-links.js';
import { findIdentity } from './identity.repository.js';
import { accountExists, emailNotTrusted, emailRequired } from './oauth.errors.js';
import type { Provider, ProviderAccount } from './providers/provider.js';

/** Whom an identity signs in. */
interface Match {
  readonly user: User;
  /** The sessions that it ended, for the cache, after the commit. */
  readonly ended: readonly string[];
}

/** Decides whose account an identity opens. */
@Injectable()
export class AccountMatching {
  constructor(
    private readonly users: UsersService,
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
   * @throws Problem `email-taken` if someone linked the identity or took the address at the same time: roll back, and try
   * again; `account-exists`, `email-not-trusted`, `email-required`, `registration-closed`, or
   * `invalid-credentials` if the user can't sign in
   */
  async match(em: EntityManager, provider: Provider, account: ProviderAccount): Promise<Match> {
    const known = await findIdentity(em, provider.name, account.subject);
    if (known) {
      const user = await this.users.find(em, known.user);
      // Deleted at this moment, and the identity with them.
      if (!user) {
        throw emailTaken();
      }
      return { user: this.requireAdmitted(user), ended: [] };
    }
    const { email } = account;
    if (email === null) {
      throw emailRequired();
    }
    const present = await this.users.lockByEmail(em, email);
    if (!provider.trustEmail || !account.emailVerified) {
      throw this.refusal(present);
    }
    return present ? this.join(em, present, provider, account) : this.open(em, email, provider, account);
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
    const user = await this.users.create(em, {
      email,
      emailVerified: true,
      displayName,
      locale: locale ?? undefined,
      roles: ['user'],
    });
    const isLinked = await this.links.add(em, user, { provider: provider.name, subject, email });
    if (!isLinked) {
      throw emailTaken();
    }
    return { user, ended: [] };
  }

  private async join(
    em: EntityManager,
    user: User,
    provider: Provider,
    { subject, email }: ProviderAccount,
  ): Promise<Match> {
    if (user.status !== 'active') {
      throw invalidCredentials();
    }
    const wasVerified = user.emailVerified;
    const ended = await this.claim.take(em, user);
    if (!(await this.links.add(em, user, { provider: provider.name, subject, email }))) {
      throw emailTaken();
    }
    if (wasVerified) {
      await this.links.tellOwner(em, user);
    }
    return { user, ended };
  }

  private requireAdmitted(user: User): User {
    if (!this.signIn.admits(user)) {
      throw invalidCredentials();
    }
    return user;
  }
}
