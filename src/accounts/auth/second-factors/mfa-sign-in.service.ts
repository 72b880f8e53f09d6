import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { UsersService } from '../../users/index.js';
import { FailedAttempts } from '../attempts/failed-attempts.js';
import type { Device } from '../sessions/session-issuer.js';
import { type FactorCode, FactorKinds } from '../sign-in/factor-kinds.js';
import { KnownDevices } from '../sign-in/known-devices.js';
import { addSecondFactor } from '../sign-in/proof.js';
import { invalidCode } from '../sign-in/sign-in.errors.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';
import { GuessWarnings } from './guess-warnings.js';
import { type CountedChallenge, countChallengeTry, deleteChallenge } from './mfa-challenge.repository.js';
import { invalidMfaToken } from './second-factors.errors.js';
import { TrustedDevices } from './trusted-devices.js';

export interface FactorInput extends FactorCode {
  readonly mfaToken: string;
}

interface Completed {
  readonly outcome: SignInOutcome;
  /** With which this device isn't asked again. */
  readonly trust: string;
}

/** Completes sign-ins that need a second factor. */
@Injectable()
export class MfaSignInService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly kinds: FactorKinds,
    private readonly attempts: FailedAttempts,
    private readonly devices: KnownDevices,
    private readonly trusted: TrustedDevices,
    private readonly signIn: SignInService,
    private readonly warnings: GuessWarnings,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Problem `invalid-mfa-token`, `invalid-code`, `too-many-attempts`, `invalid-credentials` if the user can't sign
   * in any more
   */
  async complete({ mfaToken, ...input }: FactorInput, device: Device): Promise<Completed> {
    const tokenHash = hashToken(mfaToken);
    const challenge = await this.database.run((em) => countChallengeTry(em, tokenHash, this.clock.now()));
    if (!challenge) {
      throw invalidMfaToken();
    }
    // Whoever knows the password gets as many challenges as they like.
    const user = await this.database.run((em) => this.users.find(em, challenge.userId));
    const known = user ? this.devices.recognize(user, device.token) : undefined;
    const subject =
      known === undefined
        ? this.attempts.ofFactors(challenge.userId)
        : this.attempts.ofDevice(known, 'second-factor');
    const completed = await this.attempts.check(subject, () =>
      this.tryFactor(tokenHash, challenge, input, device),
    );
    if (!completed) {
      if (user) {
        await this.warnings.afterWrongCode(user, subject, device);
      }
      throw invalidCode();
    }
    return completed;
  }

  /** @returns undefined if the code is wrong */
  private tryFactor(
    tokenHash: string,
    { userId, epoch, methods }: CountedChallenge,
    input: FactorCode,
    device: Device,
  ): Promise<Completed | undefined> {
    return this.database.transaction(async (em) => {
      const user = await this.users.lock(em, userId);
      // Everything that was proved before all sessions were ended is void.
      if (user?.sessionEpoch !== epoch) {
        throw invalidMfaToken();
      }
      const method = await this.kinds.verify(em, user, input, device);
      if (!method) {
        return undefined;
      }
      if (!(await deleteChallenge(em, tokenHash))) {
        throw invalidMfaToken();
      }
      const proof = { user, methods: addSecondFactor(methods, method), at: this.clock.now() };
      return { outcome: await this.signIn.complete(em, proof, device), trust: this.trusted.issue(user) };
    });
  }
}
