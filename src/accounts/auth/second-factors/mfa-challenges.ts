import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { hashToken, randomToken } from '#libs/crypto';
import type { Device } from '../sessions/session-issuer.js';
import { FactorKinds } from '../sign-in/factor-kinds.js';
import { type Proof, withSecondFactor } from '../sign-in/proof.js';
import { type Challenge, SecondFactors } from '../sign-in/second-factors.js';
import { insertChallenge } from './mfa-challenge.repository.js';
import { TrustedDevices } from './trusted-devices.js';

const LIFETIME_MS = 5 * 60 * 1000;

/** Asks for a second factor if the user has one. */
@Injectable()
export class MfaChallenges extends SecondFactors {
  constructor(
    private readonly kinds: FactorKinds,
    private readonly trusted: TrustedDevices,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async challenge(em: EntityManager, proof: Proof, device: Device): Promise<Challenge | null> {
    const { user, methods } = proof;
    if (user.secondFactors.length === 0 || withSecondFactor(methods) || this.trusted.includes(user, device)) {
      return null;
    }
    const mfaToken = randomToken();
    const expiresAt = new Date(this.clock.millis() + LIFETIME_MS);
    await insertChallenge(em, {
      tokenHash: hashToken(mfaToken),
      user: user.id,
      methods: [...methods],
      epoch: user.sessionEpoch,
      expiresAt,
    });
    return { mfaToken, factors: await this.kinds.availableTo(em, user) };
  }
}
