import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { inTransaction } from '#libs/database';
import { AppConfig } from '../../../../config/index.js';
import type { User } from '../../users/index.js';
import { type BegunSession, type Device, SessionIssuer } from '../sessions/session-issuer.js';
import type { SessionGrant } from '../sessions/session-grant.js';
import { SignInNoticesService } from '../sign-in-notices/sign-in-notices.service.js';
import type { Proof } from './proof.js';
import { type Challenge, SecondFactors } from './second-factors.js';
import { SeenDevices } from './seen-devices.js';
import { SignInMetrics } from './sign-in-metrics.js';
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
    private readonly devices: SeenDevices,
    private readonly notices: SignInNoticesService,
    private readonly metrics: SignInMetrics,
    private readonly config: AppConfig,
  ) {}

  /**
   * Exchanges a proof for a session, stored with the caller's EntityManager. Lets the user know of a new device.
   * @throws Problem `invalid-credentials` if the user can't sign in, so that no one learns which accounts are suspended, or
   * if all their sessions were ended after the proof
   */
  async complete(em: EntityManager, proof: Proof, device: Device): Promise<SignInOutcome> {
    const outcome = await this.decide(em, proof, device);
    this.metrics.count(proof.methods, outcome.kind);
    return outcome;
  }

  private async decide(em: EntityManager, proof: Proof, device: Device): Promise<SignInOutcome> {
    if (!this.admits(proof.user)) {
      throw invalidCredentials();
    }
    const challenge = await this.secondFactors.challenge(em, proof, device);
    if (challenge) {
      return { kind: 'challenge', challenge };
    }
    const isNew = await this.devices.isNew(em, proof.user, device);
    const { grant } = isNew
      ? await inTransaction(em, (tx) => this.beginOnNew(tx, proof, device))
      : await this.begin(em, proof, device);
    return { kind: 'session', grant };
  }

  private async beginOnNew(em: EntityManager, proof: Proof, device: Device): Promise<BegunSession> {
    const session = await this.begin(em, proof, device);
    await this.devices.remember(em, proof.user, device);
    await this.notices.send(em, proof.user, device, session.id);
    return session;
  }

  private async begin(em: EntityManager, proof: Proof, device: Device): Promise<BegunSession> {
    const session = await this.issuer.begin(em, proof, device);
    if (!session) {
      throw invalidCredentials();
    }
    return session;
  }

  /** Whether the user can sign in: they aren't suspended and, with `verify-first`, their address is verified. */
  admits(user: User): boolean {
    return user.status === 'active' && (user.emailVerified || this.config.registration !== 'verify-first');
  }
}
