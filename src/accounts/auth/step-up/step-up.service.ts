import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { UsersService } from '../../users/index.js';
import { FailedAttempts } from '../attempts/failed-attempts.js';
import { findPassword } from '../passwords/password.repository.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { requireLiveSession } from '../sessions/session.repository.js';
import type { AccessGrant } from '../sessions/session-grant.js';
import { type Device, SessionIssuer } from '../sessions/session-issuer.js';
import { type FactorCode, FactorKinds } from '../sign-in/factor-kinds.js';
import { addSecondFactor } from '../sign-in/proof.js';
import { invalidCode, invalidCredentials } from '../sign-in/sign-in.errors.js';

/** The session that the new proof is for. */
export interface SteppingUp {
  readonly userId: string;
  readonly sessionId: string;
}

/** Lets users prove again who they are, without starting another session. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly attempts: FailedAttempts,
    private readonly hasher: PasswordHasher,
    private readonly kinds: FactorKinds,
    private readonly issuer: SessionIssuer,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `invalid-credentials`, taking the same time if the user has no password; `too-many-attempts`; `unavailable` */
  async withPassword(session: SteppingUp, password: string): Promise<AccessGrant> {
    const present = await this.database.run((em) => findPassword(em, session.userId));
    const subject = this.attempts.ofSession(session.sessionId);
    if (!(await this.attempts.check(subject, () => this.hasher.verify(present?.hash, password)))) {
      throw invalidCredentials({
        detail: 'The password is wrong.',
        errors: [{ pointer: '/password', code: invalidCredentials.code, message: 'is wrong' }],
      });
    }
    return this.database.transaction((em) =>
      this.record(em, session, (methods) => [...new Set([...methods, 'pwd'])]),
    );
  }

  /** @throws Problem `invalid-code`, `too-many-attempts` */
  async withFactor(session: SteppingUp, input: FactorCode, device: Device): Promise<AccessGrant> {
    const grant = await this.attempts.check(this.attempts.ofSession(session.sessionId), () =>
      this.database.transaction(async (em) => {
        const user = await this.users.lock(em, session.userId);
        const method = user && (await this.kinds.verify(em, user, input, device));
        return method ? this.record(em, session, (methods) => addSecondFactor(methods, method)) : undefined;
      }),
    );
    if (!grant) {
      throw invalidCode();
    }
    return grant;
  }

  private async record(
    em: EntityManager,
    { userId, sessionId }: SteppingUp,
    addTo: (methods: readonly string[]) => string[],
  ): Promise<AccessGrant> {
    const session = await requireLiveSession(em, sessionId);
    const user = await this.users.findExisting(em, userId);
    session.authenticatedAt = this.clock.now();
    session.methods = addTo(session.methods);
    const authentication = { methods: session.methods, at: session.authenticatedAt };
    return this.issuer.accessGrant(user, session, authentication);
  }
}
