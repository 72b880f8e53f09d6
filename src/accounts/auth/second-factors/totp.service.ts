import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { secondFactorAdded, secondFactorRemoved } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { AppConfig } from '../../../../config/index.js';
import { type ChangingUser, UsersService } from '../../users/index.js';
import { FailedAttempts } from '../attempts/failed-attempts.js';
import { SessionCache } from '../sessions/session-cache.js';
import { forgetMissingFactors } from '../sessions/session.repository.js';
import { AccountChanges } from '../account-changes/account-changes.js';
import type { Device } from '../sessions/session-issuer.js';
import { invalidCode } from '../sign-in/sign-in.errors.js';
import { factorWasAdded, factorWasRemoved } from './second-factors.events.js';
import { RecoveryCode } from './recovery-code.entity.js';
import { RecoveryCodes } from './recovery-codes.js';
import { totpExists, totpNotStarted } from './second-factors.errors.js';
import { addFactor, findTotp, removeFactor } from './second-factors.repository.js';
import { TotpFactor } from './totp-factor.entity.js';
import { TotpKind, totpContext } from './totp.kind.js';
import { otpauthUri } from './totp.js';

/** RFC 4226, section 4: 160 bits. */
const SECRET_BYTES = 20;

interface Confirmation extends ChangingUser {
  readonly code: string;
  readonly device: Device;
}

/** Lets users set up an authenticator app, and remove it. */
@Injectable()
export class TotpService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly sealer: Sealer,
    private readonly totp: TotpKind,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly attempts: FailedAttempts,
    private readonly changes: AccountChanges,
    private readonly sessions: SessionCache,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * Starts over if the user has started before, but not confirmed it.
   * @returns an `otpauth:` URI with a new secret
   * @throws Problem `totp-exists`, `unauthenticated`
   */
  async start(caller: ChangingUser): Promise<string> {
    const { userId } = caller;
    const secret = randomBytes(SECRET_BYTES);
    const email = await this.database.transaction(async (em) => {
      const user = await this.users.lockCaller(em, caller);
      if ((await findTotp(em, userId))?.confirmedAt) {
        throw totpExists();
      }
      await em.upsert(TotpFactor, {
        user: userId,
        secretSealed: this.sealer.seal(secret.toString('base64url'), totpContext(userId)),
        lastStep: null,
        confirmedAt: null,
        createdAt: this.clock.now(),
      });
      return this.users.profileOf(user).email;
    });
    return otpauthUri(secret, new URL(this.config.appUrl).host, email);
  }

  /**
   * Makes the app a factor once the user has shown that it has the secret.
   * @returns recovery codes
   * @throws Problem `invalid-code`, `totp-not-started`, `totp-exists`, `too-many-attempts`, `unauthenticated`
   */
  async confirm({ code, device, ...caller }: Confirmation): Promise<string[]> {
    const { userId, sessionId } = caller;
    const codes = await this.attempts.check(this.attempts.ofSession(sessionId), () =>
      this.database.transaction(async (em) => {
        const user = await this.users.lockCaller(em, caller);
        const factor = await findTotp(em, userId);
        if (!factor || factor.confirmedAt) {
          throw factor ? totpExists() : totpNotStarted();
        }
        if (!(await this.totp.matches(em, userId, code, false))) {
          return undefined;
        }
        const confirmedAt = await this.changes.momentFor(em, userId);
        await em.nativeUpdate(TotpFactor, { user: userId }, { confirmedAt });
        await addFactor(em, userId, 'totp');
        await this.changes.tellOwner(em, user, {
          event: factorWasAdded,
          template: secondFactorAdded,
          madeAt: confirmedAt,
          device,
        });
        return this.recoveryCodes.replace(em, userId, confirmedAt);
      }),
    );
    if (!codes) {
      throw invalidCode();
    }
    return codes;
  }

  /** Has no effect if there's none. Recovery codes go with the last factor. @throws Problem `unauthenticated` */
  async remove(caller: ChangingUser, device: Device): Promise<void> {
    const { userId } = caller;
    const changed = await this.database.transaction(async (em) => {
      const user = await this.users.lockCaller(em, caller);
      const factor = await findTotp(em, userId);
      await em.nativeDelete(TotpFactor, { user: userId });
      if (factor?.confirmedAt) {
        if (await removeFactor(em, userId, 'totp')) {
          await em.nativeDelete(RecoveryCode, { user: userId });
        }
        await this.changes.tellOwner(em, user, {
          event: factorWasRemoved,
          template: secondFactorRemoved,
          device,
        });
      }
      return forgetMissingFactors(em, userId);
    });
    this.sessions.changed(changed);
  }
}
