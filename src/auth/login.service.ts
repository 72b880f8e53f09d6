import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { AppConfig } from '../../config/index.js';
import { EmailCipher, type User } from '../users/index.js';
import { invalidCredentials } from './auth.errors.js';
import type { Login } from './auth.dto.js';
import { Password } from './passwords/password.entity.js';
import { findCredentials } from './passwords/password.repository.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { type Device, SessionIssuer } from './sessions/session-issuer.js';
import type { SessionResponse } from './sessions/sessions.dto.js';

@Injectable()
export class LoginService {
  private readonly logger = new Logger(LoginService.name);

  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
    private readonly hasher: PasswordHasher,
    private readonly issuer: SessionIssuer,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** @throws Problem `invalid-credentials`, after the same time for an unknown address; `unavailable` */
  async login({ email, password }: Login, device: Device): Promise<SessionResponse> {
    const found = await this.database.read((em) => findCredentials(em, this.emails.candidates(email)));
    const matches = await this.hasher.verify(found?.hash, password);
    if (!found || !matches || !this.maySignIn(found.user)) {
      throw invalidCredentials();
    }
    const { user, hash } = found;
    const session = await this.database.read((em) => this.issuer.begin(em, user, device));
    if (this.hasher.isOutdated(hash)) {
      await this.upgrade(user.id, hash, password);
    }
    return session;
  }

  /** Where addresses come first, an unproven one is answered like an unknown one: the difference would tell. */
  private maySignIn(user: User): boolean {
    return user.status === 'active' && (user.emailVerified || this.config.registration === 'immediate');
  }

  /** Only now is the password at hand. That it fails is no reason to refuse a sign-in that is done. */
  private async upgrade(user: string, outdated: string, password: string): Promise<void> {
    try {
      const hash = await this.hasher.hash(password);
      await this.database.read((em) =>
        // Not if the password was changed in between.
        em.nativeUpdate(Password, { user, hash: outdated }, { hash, changedAt: this.clock.now() }),
      );
    } catch (error) {
      this.logger.warn('a password hash could not be upgraded; retrying at the next sign-in', error);
    }
  }
}
