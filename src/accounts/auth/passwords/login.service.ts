import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { EmailCipher } from '../../users/index.js';
import type { Device } from '../sessions/session-issuer.js';
import { invalidCredentials } from '../sign-in/sign-in.errors.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';
import { Password } from './password.entity.js';
import { findCredentials } from './password.repository.js';
import { PasswordHasher } from './password-hasher.js';

export interface PasswordCredentials {
  readonly email: string;
  readonly password: string;
}

/** Signs in with a password. */
@Injectable()
export class LoginService {
  private readonly logger = new Logger(LoginService.name);

  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
    private readonly hasher: PasswordHasher,
    private readonly signIn: SignInService,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `invalid-credentials`, taking the same time for an unknown address; `unavailable` */
  async login({ email, password }: PasswordCredentials, device: Device): Promise<SignInOutcome> {
    const found = await this.database.run((em) => findCredentials(em, this.emails.candidates(email)));
    const matches = await this.hasher.verify(found?.hash, password);
    if (!found || !matches) {
      throw invalidCredentials();
    }
    const { user, hash } = found;
    const proof = { user, methods: ['pwd'], at: this.clock.now() } as const;
    const outcome = await this.database.run((em) => this.signIn.complete(em, proof, device));
    if (this.hasher.isOutdated(hash)) {
      await this.upgrade(user.id, hash, password);
    }
    return outcome;
  }

  /**
   * Rehashing needs the password, which we only have now. A failure must not fail the sign-in, which has already
   * succeeded.
   */
  private async upgrade(user: string, outdated: string, password: string): Promise<void> {
    try {
      const hash = await this.hasher.hash(password);
      await this.database.run((em) =>
        // Has no effect if the password has changed in the meantime.
        em.nativeUpdate(Password, { user, hash: outdated }, { hash, changedAt: this.clock.now() }),
      );
    } catch (error) {
      this.logger.warn('a password hash could not be upgraded; retrying at the next sign-in', error);
    }
  }
}
