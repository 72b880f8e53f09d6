import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppConfig } from '../../../../config/index.js';
import type { User } from '../../users/index.js';
import { type Device, SessionIssuer } from '../sessions/session-issuer.js';
import type { SessionGrant } from '../sessions/session-grant.js';
import type { Proof } from './proof.js';
import { type Challenge, SecondFactors } from './second-factors.js';
import { invalidCredentials } from './sign-in.errors.js';

/** Where a proof leads: to a session, or to a challenge for a second factor. */
export type SignInOutcome =
  | { readonly kind: 'session'; readonly grant: SessionGrant }
  | { readonly kind: 'challenge'; readonly challenge: Challenge };

/** The one way to a session: every way to sign in ends here, with a proof. */
@Injectable()
export class SignInService {
  constructor(
    private readonly secondFactors: SecondFactors,
    private readonly issuer: SessionIssuer,
    private readonly config: AppConfig,
  ) {}

  /**
   * Turns a proof into a session, written with the caller's EntityManager.
   * @throws Problem `invalid-credentials` when the user may not sign in, so that no one learns whose account is suspended
   */
  async complete(em: EntityManager, proof: Proof, device: Device): Promise<SignInOutcome> {
    if (!this.maySignIn(proof.user)) {
      throw invalidCredentials();
    }
    const challenge = await this.secondFactors.challenge(em, proof);
    return challenge
      ? { kind: 'challenge', challenge }
      : { kind: 'session', grant: await this.issuer.begin(em, proof, device) };
  }

  /** Where addresses must be verified first, an unverified one is answered like an unknown one: the difference would tell. */
  private maySignIn(user: User): boolean {
    return user.status === 'active' && (user.emailVerified || this.config.registration === 'immediate');
  }
}
