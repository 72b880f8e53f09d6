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

/** Opens accounts: user, password, link, session and messages in one transaction. */
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
   * @returns where the sign-in leads; undefined where the address must be verified first, whether or not it is taken
   * @throws Problem `email-taken`, `weak-password`, `unavailable`
   */
  async register(input: Registration, device: Device): Promise<SignInOutcome | undefined> {
    this.policy.check(input.password, input.email);
    return this.config.registration === 'immediate'
      ? this.registerImmediately(input, device)
      : this.registerUnseen(input);
  }

  private async registerImmediately(input: Registration, device: Device): Promise<SignInOutcome> {
    // The unique index decides; this look saves the hash for most who forgot that they have an account.
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

  /** The answer is the same for a taken address, and takes the same time. */
  private async registerUnseen(input: Registration): Promise<undefined> {
    const known = await this.database.run((em) => findCredentials(em, this.emails.candidates(input.email)));
    const repeated = (await this.hasher.verify(known?.hash, input.password)) ? known?.hash : undefined;
    const hash = await this.hasher.hash(input.password);
    try {
      const reopened = await withMinimumDuration(() =>
        this.database.transaction(async (em) => {
          const present = await this.users.lockByEmail(em, input.email);
          if (!present) {
            await this.open(em, input, hash);
          } else if (present.emailVerified) {
            await this.verification.tellAccountExists(em, present);
          } else if (repeated !== undefined && (await hasPassword(em, present.id, repeated))) {
            // A form that was sent twice: the links that are on their way are the right ones.
            await this.verification.sendSparingly(em, present);
          } else {
            return this.reopen(em, present, input, hash);
          }
          return undefined;
        }),
      );
      if (reopened) {
        this.cache.ended(reopened.ended);
        this.users.forget(reopened.id);
      }
    } catch (error) {
      // Somebody registered the same address in this very moment, and a mail is on its way there.
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
      mailed: true,
    });
    await putPassword(em, user.id, hash, this.clock.now());
    await this.verification.send(em, user);
    return user;
  }

  /**
   * An unproven address belongs to nobody yet: whoever comes last begins anew, and the link that they are sent is the
   * only one. The earlier links become void even if it is too early for another mail: somebody who follows one would
   * prove the address for a password that is not the one of their registration. They ask for the link again.
   */
  private async reopen(em: EntityManager, user: User, input: Registration, hash: string): Promise<Reopened> {
    const { displayName = null, locale = null, timezone = null } = input;
    await this.users.change(em, user, { displayName, locale, timezone, avatarUrl: null, metadata: null });
    const now = this.clock.now();
    await putPassword(em, user.id, hash, now);
    await this.verification.dropLinks(em, user);
    await this.verification.sendSparingly(em, user);
    return { id: user.id, ended: await endSessions(em, user.id, now, 'all') };
  }
}

interface Reopened {
  readonly id: string;
  /** The sessions of those who registered the address before. */
  readonly ended: readonly string[];
}
