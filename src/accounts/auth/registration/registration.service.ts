import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { AppConfig } from '../../../../config/index.js';
import { EmailCipher, emailTaken, type User, UsersService } from '../../users/index.js';
import { withMinimumDuration } from '#libs/lifecycle';
import { EmailVerificationService } from '../email/email-verification.service.js';
import { findCredentials, hasPassword, putPassword } from '../passwords/password.repository.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { SessionCache } from '../sessions/session-cache.js';
import { endSessions } from '../sessions/session.repository.js';
import type { Device } from '../sessions/session-issuer.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';

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
    private readonly emails: EmailCipher,
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
    private readonly verification: EmailVerificationService,
    private readonly signIn: SignInService,
    private readonly cache: SessionCache,
    private readonly idempotency: IdempotencyStore,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * @returns the result of the sign-in, or undefined if addresses must be verified first, whether or not this one is
   * taken
   * @throws Problem `email-taken`, `weak-password`, `unavailable`
   */
  async register(input: Registration, device: Device): Promise<SignInOutcome | undefined> {
    this.policy.check(input.password, input.email);
    return this.config.registration === 'immediate'
      ? this.registerImmediately(input, device)
      : this.registerVerifyFirst(input);
  }

  private async registerImmediately(input: Registration, device: Device): Promise<SignInOutcome> {
    // The unique index decides. This check saves hashing for most people who forgot that they have an account.
    if (await this.database.run((em) => this.users.findByEmail(em, input.email))) {
      throw emailTaken();
    }
    const hash = await this.hasher.hash(input.password);
    return this.database.transaction(async (em) => {
      const user = await this.open(em, input, hash);
      const proof = { user, methods: ['pwd'], at: this.clock.now() } as const;
      const outcome = await this.signIn.complete(em, proof, device);
      await this.idempotency.keep(em, outcome);
      return outcome;
    });
  }

  /** The response and its duration are the same for a taken address. */
  private async registerVerifyFirst(input: Registration): Promise<undefined> {
    const credentials = await this.database.run((em) =>
      findCredentials(em, this.emails.candidates(input.email)),
    );
    const matchingHash = (await this.hasher.verify(credentials?.hash, input.password))
      ? credentials?.hash
      : undefined;
    const hash = await this.hasher.hash(input.password);
    try {
      const reopened = await withMinimumDuration(() =>
        this.database.transaction(async (em) => {
          const present = await this.users.lockByEmail(em, input.email);
          if (!present) {
            await this.open(em, input, hash);
          } else if (present.emailVerified) {
            await this.verification.notifyAccountExists(em, present);
          } else if (matchingHash !== undefined && (await hasPassword(em, present.id, matchingHash))) {
            // The form was submitted twice, so the links already sent stay valid.
            await this.verification.sendThrottled(em, present);
          } else {
            return this.reopen(em, present, input, hash);
          }
          return undefined;
        }),
      );
      if (reopened) {
        this.cache.ended(reopened.ended);
        this.users.invalidate(reopened.id);
      }
    } catch (error) {
      // Someone registered the same address at the same time, and a mail is on its way to it.
      if (!emailTaken.is(error)) {
        throw error;
      }
    }
  }

  private async open(em: EntityManager, input: Registration, hash: string): Promise<User> {
    const user = await this.users.create(em, {
      email: input.email,
      emailVerified: false,
      displayName: input.displayName,
      locale: input.locale,
      timezone: input.timezone,
      roles: ['user'],
      mailSent: true,
    });
    await putPassword(em, user.id, hash, this.clock.now());
    await this.verification.send(em, user);
    return user;
  }

  /**
   * An unverified address doesn't belong to anyone yet, so the latest registration replaces earlier ones and only its
   * link is valid. Earlier links are invalidated even if it's too early for another mail: following one would verify
   * the address with a password from someone else's registration. The user then has to request another link.
   */
  private async reopen(em: EntityManager, user: User, input: Registration, hash: string): Promise<Reopened> {
    const { displayName = null, locale = null, timezone = null } = input;
    await this.users.change(em, user, { displayName, locale, timezone, avatarUrl: null, metadata: null });
    const now = this.clock.now();
    await putPassword(em, user.id, hash, now);
    await this.verification.dropLinks(em, user);
    await this.verification.sendThrottled(em, user);
    return { id: user.id, ended: await endSessions(em, user.id, now, 'all') };
  }
}

interface Reopened {
  readonly id: string;
  /** Sessions of earlier registrations of the address. */
  readonly ended: readonly string[];
}
