import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppConfig } from '../../../../config/index.js';
import type { User } from '../../users/index.js';
import { type Device, SessionIssuer } from '../sessions/session-issuer.js';
import type { SessionGrant } from '../sessions/session-grant.js';
import type { Proof } from './proof.js';
import { type Challenge, SecondFactors } from './second-factors.js';
import { invalidCredentials } from './sign-in.errors.js';

/** The result of a sign-in: a session, or a challenge for a second factor. */
export type SignInOutcome =
  | { readonly kind: 'session'; readonly grant: SessionGrant }
  | { readonly kind: 'challenge'; readonly challenge: Challenge };

/** Creates sessions. Every way to sign in ends here, with a proof. */
@Injectable()
export class SignInService {
  constructor(
    private readonly secondFactors: SecondFactors,
    private readonly issuer: SessionIssuer,
    private readonly config: AppConfig,
  ) {}

  /**
   * Exchanges a proof for a session, stored with the caller's EntityManager.
   * @throws Problem `invalid-credentials` if the user can't sign in, so that no one learns which accounts are suspended, or
   * if all their sessions were ended after the proof
   */
  async complete(em: EntityManager, proof: Proof, device: Device): Promise<SignInOutcome> {
    if (!this.admits(proof.user)) {
      throw invalidCredentials();
    }
    const challenge = await this.secondFactors.challenge(em, proof, device);
    if (challenge) {
      return { kind: 'challenge', challenge };
    }
    const grant = await this.issuer.begin(em, proof, device);
    if (!grant) {
      throw invalidCredentials();
    }
    return { kind: 'session', grant };
  }

  /** Whether the user can sign in: they aren't suspended and, with `verify-first`, their address is verified. */
  admits(user: User): boolean {
    return user.status === 'active' && (user.emailVerified || this.config.registration !== 'verify-first');
  }
}
