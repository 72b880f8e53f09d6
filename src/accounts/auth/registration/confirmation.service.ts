import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { AppConfig } from '../../../../config/index.js';
import { type User, UsersService } from '../../users/index.js';
import { invalidToken } from '../email/email.errors.js';
import type { EmailVerification } from '../email/email-verification.entity.js';
import { findLink } from '../email/email-verification.repository.js';
import { findPassword, putPassword } from '../passwords/password.repository.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { SessionCache } from '../sessions/session-cache.js';
import { SessionEnds } from '../sessions/session-ends.js';
import { SignInMethods } from '../ownership/sign-in-methods.js';
import { passwordRequired } from './confirmation.errors.js';
import type { PendingRegistration } from './pending-registration.entity.js';
import { findRegistrations, settleRegistrations } from './pending-registration.repository.js';

/** What comes with a link to show which registration it confirms. */
export interface RegistrationProof {
  readonly password?: string | undefined;
  /** The secret that the registering browser was given. */
  readonly browser?: string | undefined;
}

/** What a link confirms: one of the pending registrations, or the account as it is. */
type Confirmed = PendingRegistration | 'account';

interface Found {
  readonly link: EmailVerification;
  readonly user: User;
  readonly registrations: readonly PendingRegistration[];
  readonly passwordHash: string | undefined;
}

/** Verifies addresses, and decides whose account an address becomes. */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly methods: SignInMethods,
    private readonly cache: SessionCache,
    private readonly ends: SessionEnds,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * Succeeds again for a link that has already worked, until the link expires.
   * @throws Problem `invalid-token`, `password-required`
   */
  async verify(token: string, proof: RegistrationProof): Promise<void> {
    const found = await this.find(hashToken(token));
    if (!found) {
      throw invalidToken();
    }
    const { link, user } = found;
    if (user.emailVerified) {
      return;
    }
    const confirmed = await this.choose(found, proof);
    const ended = await this.database.transaction((em) => this.confirm(em, link, user.id, confirmed));
    this.cache.ended(ended);
    this.users.invalidate(user.id);
  }

  /** Reads the user last, because a click at the same time verifies them and deletes the registrations. */
  private find(tokenHash: string): Promise<Found | undefined> {
    const now = this.clock.now();
    return this.database.run(async (em) => {
      const link = await findLink(em, tokenHash, now);
      const id = link?.user ?? null;
      if (!link || id === null) {
        return undefined;
      }
      const registrations = await findRegistrations(em, id, now);
      const passwordHash = (await findPassword(em, id))?.hash;
      const user = await this.users.find(em, id);
      return user ? { link, user, registrations, passwordHash } : undefined;
    });
  }

  /**
   * Without this, whoever registers an address after its owner would get the account when the owner follows the newest
   * link (account pre-hijacking).
   */
  private async choose(
    { link, registrations, passwordHash }: Found,
    { password, browser }: RegistrationProof,
  ): Promise<Confirmed> {
    if (this.config.registration !== 'verify-first' && link.registrationId === null) {
      return 'account';
    }
    // A link that was asked for later isn't from a registration, so any of them can be meant.
    const meant = registrations.filter(
      ({ id }) => link.registrationId === null || link.registrationId === id,
    );
    const browserHash = browser === undefined ? undefined : hashToken(browser);
    const ofBrowser = meant.find((registration) => registration.browserHash === browserHash);
    if (ofBrowser) {
      return ofBrowser;
    }
    if (password !== undefined) {
      for (const registration of meant) {
        if (await this.hasher.verify(registration.passwordHash, password)) {
          return registration;
        }
      }
      if (link.registrationId === null && (await this.hasher.verify(passwordHash, password))) {
        return 'account';
      }
    }
    throw passwordRequired();
  }

  /** @returns the sessions that it ended */
  private async confirm(
    em: EntityManager,
    link: EmailVerification,
    userId: string,
    confirmed: Confirmed,
  ): Promise<string[]> {
    // Always lock the user before their links, to avoid deadlocks.
    const user = await this.users.lock(em, userId);
    const now = this.clock.now();
    if (!user || !(await findLink(em, link.tokenHash, now))) {
      throw invalidToken();
    }
    if (user.emailVerified) {
      return [];
    }
    const ended = confirmed === 'account' ? [] : await this.handOver(em, user, confirmed, now);
    await settleRegistrations(em, user.id, confirmed === 'account' ? undefined : confirmed);
    await this.users.markEmailVerified(em, user);
    return ended;
  }

  /** Makes the account that of the registration, with nothing left of earlier ones. */
  private async handOver(
    em: EntityManager,
    user: User,
    { passwordHash, displayName = null, locale = null, timezone = null }: PendingRegistration,
    now: Date,
  ): Promise<string[]> {
    if ((await findPassword(em, user.id))?.hash === passwordHash) {
      return [];
    }
    const nothing = { avatarUrl: null, signInNotifications: null, metadata: null };
    await this.users.change(em, user, { displayName, locale, timezone, ...nothing });
    await this.users.knowDevicesSince(em, user.id, null);
    await this.methods.removeAll(em, user.id);
    await putPassword(em, user.id, passwordHash, now);
    return this.ends.end(em, user.id);
  }
}
