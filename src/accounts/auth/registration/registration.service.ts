import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { AppConfig } from '../../../../config/index.js';
import { AuditLog } from '../../audit/index.js';
import { emailTaken, ReservedAddresses, type User, userRegistered, UsersService } from '../../users/index.js';
import { withMinimumDuration } from '#libs/lifecycle';
import { EmailVerificationService } from '../email/email-verification.service.js';
import { putPassword } from '../passwords/password.repository.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { USER_ROLE } from '../roles/role.entity.js';
import type { Device } from '../sessions/session-issuer.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';
import type { PendingRegistration } from './pending-registration.entity.js';
import { registrationClosed } from './registration.errors.js';
import { putRegistration } from './pending-registration.repository.js';

const PENDING_MS = 7 * 24 * 60 * 60 * 1000;
/** Registrations of one unverified address. Each costs a hash when a link is followed. */
const MAX_PENDING = 10;
const NOTHING_PERSONAL = { browserHash: '', displayName: null, locale: null, timezone: null } as const;

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly displayName?: string | null;
  readonly locale?: string;
  readonly timezone?: string;
}

/** Creates accounts: user, password, link, session and messages in one transaction. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly reserved: ReservedAddresses,
    private readonly audit: AuditLog,
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
    private readonly verification: EmailVerificationService,
    private readonly signIn: SignInService,
    private readonly idempotency: IdempotencyStore,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param browser a new secret for the browser, with which it can confirm the registration
   * @returns the result of the sign-in, or undefined if addresses must be verified first, whether or not this one is
   * taken
   * @throws Problem `registration-closed`, `email-taken`, `weak-password`, `unavailable`
   */
  async register(input: Registration, device: Device, browser: string): Promise<SignInOutcome | undefined> {
    if (this.config.registration === 'closed') {
      throw registrationClosed();
    }
    await this.policy.check(input.password, input.email);
    return this.config.registration === 'immediate'
      ? this.registerImmediately(input, device)
      : this.registerVerifyFirst(input, device, browser);
  }

  private async registerImmediately(input: Registration, device: Device): Promise<SignInOutcome> {
    // The unique index decides. This check saves hashing for most people who forgot that they have an account.
    if (await this.database.run((em) => this.users.findByEmail(em, input.email))) {
      throw emailTaken();
    }
    const hash = await this.hasher.hash(input.password);
    return this.database.transaction(async (em) => {
      const user = await this.open(em, input, hash);
      await this.verification.send(em, user, device);
      const proof = { user, methods: ['pwd'], at: this.clock.now() } as const;
      const outcome = await this.signIn.complete(em, proof, device);
      await this.idempotency.keep(em, outcome);
      return outcome;
    });
  }

  /** The response and its duration are the same for a taken address. */
  private async registerVerifyFirst(
    input: Registration,
    device: Device,
    browser: string,
  ): Promise<undefined> {
    const [found, keeper] = await this.database.run(async (em) => [
      await this.users.findByEmail(em, input.email),
      await this.reserved.keeperOf(em, input.email),
    ]);
    const id = found?.id ?? keeper ?? this.ids.next(this.clock.now());
    const hash = await this.hasher.hash(input.password, id);
    const browserHash = hashToken(browser);
    try {
      await withMinimumDuration(() =>
        this.database.transaction(async (em) => {
          const present = await this.users.lockByEmail(em, input.email);
          const kept = present ? null : await this.lockKeeper(em, input.email);
          const user = present ?? kept ?? (await this.open(em, input, hash, id));
          const registration = this.pending(user, input, hash, browserHash);
          const stored = await putRegistration(em, registration, this.limit());
          if (kept) {
            return; // Their mail goes elsewhere now.
          }
          if (user.emailVerified) {
            await this.verification.notifyAccountExists(em, user, device);
          } else if (stored !== undefined) {
            const linked = { ...registration, id: stored };
            await (present
              ? this.verification.sendThrottled(em, user, device, linked)
              : this.verification.send(em, user, device, linked));
          }
        }),
      );
    } catch (error) {
      // Someone registered the same address at the same time, and a mail is on its way to it.
      if (!emailTaken.is(error)) {
        throw error;
      }
    }
  }

  /** Whose the address was, and may be again. To whoever registers it, it's taken. */
  private async lockKeeper(em: EntityManager, email: string): Promise<User | null> {
    const id = await this.reserved.keeperOf(em, email);
    return id === undefined ? null : this.users.lock(em, id);
  }

  private async open(em: EntityManager, input: Registration, hash: string, id?: string): Promise<User> {
    const user = await this.users.create(em, {
      id,
      email: input.email,
      emailVerified: false,
      displayName: input.displayName,
      locale: input.locale,
      timezone: input.timezone,
      roles: [USER_ROLE],
      provesLater: this.config.registration === 'verify-first',
      mailSent: true,
    });
    await putPassword(em, user.id, hash, this.clock.now());
    await this.audit.record(em, userRegistered, { actor: user.id, subject: user.id });
    return user;
  }

  /**
   * An address that isn't verified doesn't belong to anyone yet. Nobody's registration replaces another: each gets a
   * link of its own, and the address goes to the one that is confirmed. If it's too early for another mail, they have
   * to request a link. Of an address that belongs to someone, only the password is kept, as a decoy.
   */
  private pending(
    { id: user, emailVerified: decoy }: User,
    { displayName, locale, timezone }: Registration,
    passwordHash: string,
    browserHash: string,
  ): PendingRegistration {
    const now = this.clock.now();
    const profile = { displayName: displayName ?? null, locale: locale ?? null, timezone: timezone ?? null };
    return {
      id: this.ids.next(now),
      user,
      passwordHash,
      ...(decoy ? NOTHING_PERSONAL : { browserHash, ...profile }),
      decoy,
      expiresAt: new Date(now.getTime() + PENDING_MS),
    };
  }

  private limit(): { readonly now: Date; readonly max: number } {
    return { now: this.clock.now(), max: MAX_PENDING };
  }
}
