import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recoveryCodesReplaced, secondFactorRemoved } from '#libs/contracts';
import { Database } from '#libs/database';
import { type ChangingUser, type User, UsersService } from '../../users/index.js';
import { AccountChanges } from '../account-changes/account-changes.js';
import { EVER } from '../ownership/sign-in-methods.js';
import type { Device } from '../sessions/session-issuer.js';
import { forgetMissingFactors } from '../sessions/session.repository.js';
import { codesWereReplaced, factorWasRemoved } from './second-factors.events.js';
import { RecoveryCodes } from './recovery-codes.js';
import { noSecondFactor } from './second-factors.errors.js';
import { countRecoveryCodes, removeFactorsSince } from './second-factors.repository.js';

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
   * Removes all second factors of a locked user, who may have lost them, in the caller's transaction, and lets them know.
   * @returns the sessions that no longer count as ones with two factors. Pass them to `SessionsService.changed`
   */
  async removeAll(em: EntityManager, user: User): Promise<string[]> {
    if (user.secondFactors.length > 0) {
      await this.changes.tellOwner(em, user, { event: factorWasRemoved, template: secondFactorRemoved });
    }
    await removeFactorsSince(em, user.id, EVER);
    return forgetMissingFactors(em, user.id);
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
      await this.changes.tellOwner(em, user, {
        event: codesWereReplaced,
        template: recoveryCodesReplaced,
        madeAt,
        device,
      });
      return this.recoveryCodes.replace(em, userId, madeAt);
    });
  }
}
