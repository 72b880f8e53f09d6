import { Injectable } from '@nestjs/common';
import { recoveryCodesReplaced } from '#libs/contracts';
import { Database } from '#libs/database';
import { type ChangingUser, UsersService } from '../../users/index.js';
import { AccountChanges } from '../account-changes/account-changes.js';
import type { Device } from '../sessions/session-issuer.js';
import { RecoveryCodes } from './recovery-codes.js';
import { noSecondFactor } from './second-factors.errors.js';
import { countRecoveryCodes } from './second-factors.repository.js';

interface SecondFactorsOverview {
  readonly factors: readonly string[];
  readonly recoveryCodesLeft: number;
}

/** The second factors that a user has, and the recovery codes for all of them. */
@Injectable()
export class SecondFactorsService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly changes: AccountChanges,
  ) {}

  /** @throws Problem `user-not-found` */
  overview(userId: string): Promise<SecondFactorsOverview> {
    return this.database.run(async (em) => {
      const { secondFactors: factors } = await this.users.findExisting(em, userId);
      return { factors, recoveryCodesLeft: await countRecoveryCodes(em, userId) };
    });
  }

  /**
   * Lets the owner know.
   * @returns new recovery codes, which replace the earlier ones
   * @throws Problem `no-second-factor`, `unauthenticated`
   */
  replaceRecoveryCodes(caller: ChangingUser, device: Device): Promise<string[]> {
    const { userId } = caller;
    return this.database.transaction(async (em) => {
      const user = await this.users.lockCaller(em, caller);
      if (user.secondFactors.length === 0) {
        throw noSecondFactor();
      }
      const madeAt = await this.changes.momentFor(em, userId);
      await this.changes.tellOwner(em, user, { template: recoveryCodesReplaced, madeAt, device });
      return this.recoveryCodes.replace(em, userId, madeAt);
    });
  }
}
