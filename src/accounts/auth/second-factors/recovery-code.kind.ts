import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recoveryCodeUsed } from '#libs/contracts';
import type { User } from '../../users/index.js';
import { AccountChanges } from '../account-changes/account-changes.js';
import type { Device } from '../sessions/session-issuer.js';
import { type FactorKind, FactorKinds } from '../sign-in/factor-kinds.js';
import { codeWasUsed } from './second-factors.events.js';
import { RecoveryCodes } from './recovery-codes.js';

/** Recovery codes instead of another factor. We tell the owner. */
@Injectable()
export class RecoveryCodeKind implements FactorKind {
  readonly name = 'recovery-code';
  readonly method = 'otp';

  constructor(
    kinds: FactorKinds,
    private readonly codes: RecoveryCodes,
    private readonly changes: AccountChanges,
  ) {
    kinds.add(this);
  }

  /** Even if none is left, so that nobody learns that. */
  isAvailable(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async verify(em: EntityManager, user: User, code: string, device: Device): Promise<boolean> {
    const isUsed = await this.codes.use(em, user.id, code);
    if (isUsed) {
      await this.changes.tellOwner(em, user, { event: codeWasUsed, template: recoveryCodeUsed, device });
    }
    return isUsed;
  }
}
