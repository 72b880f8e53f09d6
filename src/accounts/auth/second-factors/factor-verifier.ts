import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { recoveryCodeUsed } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import type { User } from '../../users/index.js';
import { AccountMails } from '../email/account-mails.js';
import type { Device } from '../sessions/session-issuer.js';
import { RecoveryCodes } from './recovery-codes.js';
import { findTotp, useStep } from './second-factors.repository.js';
import { stepOf } from './totp.js';

export const FACTORS = ['totp', 'recovery-code'] as const;
export type Factor = (typeof FACTORS)[number];

export interface FactorCode {
  readonly factor: Factor;
  readonly code: string;
}

/** Checks second factors, in the caller's transaction. */
@Injectable()
export class FactorVerifier {
  constructor(
    private readonly sealer: Sealer,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly mails: AccountMails,
    private readonly clock: Clock,
  ) {}

  /**
   * @param device what it came from
   * @returns whether the code is right and hasn't been used before. It can't be used again then
   */
  async verify(
    em: EntityManager,
    user: User,
    { factor, code }: FactorCode,
    device: Device,
  ): Promise<boolean> {
    return factor === 'totp'
      ? this.verifyTotp(em, user.id, code)
      : this.useRecoveryCode(em, user, code, device);
  }

  /** @param confirmed whether only an app counts that the user has confirmed before */
  async verifyTotp(em: EntityManager, userId: string, code: string, confirmed = true): Promise<boolean> {
    const factor = await findTotp(em, userId);
    if (!factor || (confirmed && !factor.confirmedAt)) {
      return false;
    }
    const secret = Buffer.from(this.sealer.open(factor.secretSealed, totpContext(userId)), 'base64url');
    const step = stepOf(secret, code, this.clock.now());
    return step !== undefined && (await useStep(em, userId, step));
  }

  private async useRecoveryCode(
    em: EntityManager,
    user: User,
    code: string,
    device: Device,
  ): Promise<boolean> {
    const isUsed = await this.recoveryCodes.use(em, user.id, code);
    if (isUsed) {
      await this.mails.notify(em, user, recoveryCodeUsed, device);
    }
    return isUsed;
  }
}

/** What a secret is sealed for. */
export function totpContext(userId: string): string {
  return `totp:${userId}`;
}
