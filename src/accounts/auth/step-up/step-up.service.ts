import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { unauthenticated } from '#libs/problem';
import { UsersService } from '../../users/index.js';
import { findPassword } from '../passwords/password.repository.js';
import { FailedAttempts } from '../attempts/failed-attempts.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { lockSession } from '../sessions/session.repository.js';
import type { AccessGrant } from '../sessions/session-grant.js';
import { SessionIssuer } from '../sessions/session-issuer.js';
import { invalidCredentials } from '../sign-in/sign-in.errors.js';
import type { AuthenticationMethod } from '../sign-in/proof.js';

interface StepUp {
  readonly userId: string;
  readonly sessionId: string;
  readonly password: string;
}

/** Lets users prove again who they are, without starting another session. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly attempts: FailedAttempts,
    private readonly hasher: PasswordHasher,
    private readonly issuer: SessionIssuer,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `invalid-credentials`, taking the same time if the user has no password; `too-many-attempts`; `unavailable` */
  async withPassword({ userId, sessionId, password }: StepUp): Promise<AccessGrant> {
    const present = await this.database.run((em) => findPassword(em, userId));
    const subject = this.attempts.ofSession(sessionId);
    if (!(await this.attempts.check(subject, () => this.hasher.verify(present?.hash, password)))) {
      throw invalidCredentials({
        detail: 'The password is wrong.',
        errors: [{ pointer: '/password', code: invalidCredentials.code, message: 'is wrong' }],
      });
    }
    return this.record(userId, sessionId, 'pwd');
  }

  private record(userId: string, sessionId: string, method: AuthenticationMethod): Promise<AccessGrant> {
    return this.database.transaction(async (em) => {
      const session = await lockSession(em, sessionId);
      const user = await this.users.find(em, userId);
      if (!session || session.endedAt || !user) {
        throw unauthenticated();
      }
      session.authenticatedAt = this.clock.now();
      session.methods = [...new Set([...session.methods, method])];
      const authentication = { methods: session.methods, at: session.authenticatedAt };
      return this.issuer.accessGrant(user, session, authentication);
    });
  }
}
