import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { Outbox } from '#libs/outbox';
import { AppConfig } from '../../config/index.js';
import { emailTaken, UsersService } from '../users/index.js';
import type { Register } from './auth.dto.js';
import { EmailVerificationService } from './email/email-verification.service.js';
import { Password } from './passwords/password.entity.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { PasswordPolicy } from './passwords/password-policy.js';
import { type Device, SessionIssuer } from './sessions/session-issuer.js';
import type { SessionResponse } from './sessions/sessions.dto.js';

/** Opens accounts: user, password, link, session and messages in one transaction. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
    private readonly verification: EmailVerificationService,
    private readonly issuer: SessionIssuer,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * @returns a session; or undefined where the address has to be verified first, and then also when it is taken
   * @throws Problem `email-taken`, `weak-password`, `unavailable`
   */
  async register(input: Register, device: Device): Promise<SessionResponse | undefined> {
    this.policy.check(input.password, input.email);
    return this.config.registration === 'immediate'
      ? this.registerImmediately(input, device)
      : this.registerUnseen(input);
  }

  private async registerImmediately(input: Register, device: Device): Promise<SessionResponse> {
    // The unique index decides; this look saves the hash for most who forgot that they have an account.
    if (await this.database.read((em) => this.users.findByEmail(em, input.email))) {
      throw emailTaken();
    }
    const hash = await this.hasher.hash(input.password);
    return this.database.write(async (em) => {
      const user = await this.open(em, input, hash);
      return this.issuer.begin(em, user, device);
    });
  }

  /** Takes the same steps for a taken address, so that neither the answer nor its time tells. */
  private async registerUnseen(input: Register): Promise<undefined> {
    const hash = await this.hasher.hash(input.password);
    try {
      await this.database.write(async (em) => {
        const present = await this.users.findByEmail(em, input.email);
        if (present) {
          await this.outbox.append(em, this.verification.accountExists(present));
        } else {
          await this.open(em, input, hash);
        }
      });
    } catch (error) {
      // Somebody registered the same address in this very moment, and a mail is on its way there.
      if (!emailTaken.is(error)) {
        throw error;
      }
    }
  }

  private async open(em: Parameters<UsersService['create']>[0], input: Register, hash: string) {
    const user = await this.users.create(em, {
      email: input.email,
      emailVerified: false,
      displayName: input.displayName ?? null,
      ...(input.locale === undefined ? {} : { locale: input.locale }),
      ...(input.timezone === undefined ? {} : { timezone: input.timezone }),
      roles: ['user'],
    });
    await em.insert(Password, { user: user.id, hash, changedAt: this.clock.now() });
    await this.outbox.append(
      em,
      { type: 'user.registered', subject: user.id, data: this.users.snapshotOf(user) },
      await this.verification.prepare(em, user),
    );
    return user;
  }
}
