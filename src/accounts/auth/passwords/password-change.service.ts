import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { invalidInput, requireRecentProof } from '#libs/problem';
import { type ChangingUser, UsersService } from '../../users/index.js';
import { SessionCache } from '../sessions/session-cache.js';
import type { Device } from '../sessions/session-issuer.js';
import { invalidCredentials } from '../sign-in/sign-in.errors.js';
import { findPassword } from './password.repository.js';
import { FailedAttempts } from '../attempts/failed-attempts.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';

const CURRENT = '/currentPassword';

/** The session goes on. All others end. */
export interface PasswordChange extends ChangingUser {
  /** When the user last proved who they are, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
  readonly currentPassword: string | undefined;
  readonly newPassword: string;
  readonly device: Device;
}

/** Lets users change their password, or set their first one. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly policy: PasswordPolicy,
    private readonly attempts: FailedAttempts,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionCache,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Problem `invalid-credentials` if the current password is wrong, `invalid-input` if it's missing,
   * `step-up-required` if there's none yet and the user signed in too long ago, `weak-password`, `too-many-attempts`,
   * `unavailable`
   */
  async change(change: PasswordChange): Promise<void> {
    const { userId, sessionId, authenticatedAt, currentPassword, newPassword, device } = change;
    const present = await this.database.run((em) => findPassword(em, userId));
    if (!present) {
      requireRecentProof(authenticatedAt, this.clock.now());
    } else if (currentPassword === undefined) {
      throw invalidInput({ errors: [{ pointer: CURRENT, code: 'required', message: 'is required' }] });
    } else {
      await this.requireMatch(present.hash, currentPassword, sessionId);
    }
    const { email } = await this.users.profile(userId);
    await this.policy.check(newPassword, email, '/newPassword');
    const hash = await this.hasher.hash(newPassword);
    const ended = await this.database.transaction(async (em) => {
      const user = await this.users.lockCaller(em, change);
      // Someone else who also knew the password may have changed it in the meantime.
      if ((await findPassword(em, userId))?.hash !== present?.hash) {
        throw wrongPassword();
      }
      return this.passwords.replace(em, user, hash, { device, except: sessionId });
    });
    this.sessions.ended(ended);
  }

  private async requireMatch(hash: string, password: string, sessionId: string): Promise<void> {
    const subject = this.attempts.ofSession(sessionId);
    if (!(await this.attempts.check(subject, () => this.hasher.verify(hash, password)))) {
      throw wrongPassword();
    }
  }
}

function wrongPassword(): Error {
  return invalidCredentials({
    detail: 'The current password is wrong.',
    errors: [{ pointer: CURRENT, code: invalidCredentials.code, message: 'is wrong' }],
  });
}
