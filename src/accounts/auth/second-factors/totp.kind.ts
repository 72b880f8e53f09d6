import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { defineSealedColumn, Sealer } from '#libs/crypto';
import type { User } from '../../users/index.js';
import { type FactorKind, FactorKinds } from '../sign-in/factor-kinds.js';
import { findTotp, useStep } from './second-factors.repository.js';
import { stepOf } from './totp.js';

/** Codes from authenticator apps. */
@Injectable()
export class TotpKind implements FactorKind {
  readonly name = 'totp';
  readonly method = 'otp';

  constructor(
    kinds: FactorKinds,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
  ) {
    kinds.add(this);
  }

  isAvailable(_: EntityManager, { secondFactors }: User): Promise<boolean> {
    return Promise.resolve(secondFactors.includes(this.name));
  }

  verify(em: EntityManager, { id }: User, code: string): Promise<boolean> {
    return this.matches(em, id, code, true);
  }

  /** @param confirmed whether only an app counts that the user has confirmed before */
  async matches(em: EntityManager, userId: string, code: string, confirmed: boolean): Promise<boolean> {
    const factor = await findTotp(em, userId);
    if (!factor || (confirmed && !factor.confirmedAt)) {
      return false;
    }
    const secret = Buffer.from(this.sealer.open(factor.secretSealed, totpContext(userId)), 'base64url');
    // Apps show them in two groups.
    const step = stepOf(secret, code.replace(/\s/g, ''), this.clock.now());
    return step !== undefined && (await useStep(em, userId, step));
  }
}

/** What a secret is sealed for. */
export function totpContext(userId: string): string {
  return `totp:${userId}`;
}

defineSealedColumn('accounts.totp_factors.secret_sealed', {
  primaryKey: { user_id: 'uuid' },
  context: ({ user_id = '' }) => totpContext(user_id),
});
