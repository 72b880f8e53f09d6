import { Injectable } from '@nestjs/common';
import { Clock, IdSource, lowestIdAt } from '#libs/clock';
import { secondFactorGuessed } from '#libs/contracts';
import { Database } from '#libs/database';
import type { User } from '../../users/index.js';
import { FailedAttempts, type Subject } from '../attempts/failed-attempts.js';
import { addAttempt } from '../attempts/failed-attempts.repository.js';
import { AccountMails } from '../email/account-mails.js';
import type { Device } from '../sessions/session-issuer.js';

/** More than people mistype. Far below the limit, because a patient guesser stays below it. */
const MANY = 10;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Warns owners when someone who has got as far as their second factor tries codes: their password isn't secret any more. */
@Injectable()
export class GuessWarnings {
  constructor(
    private readonly database: Database,
    private readonly attempts: FailedAttempts,
    private readonly mails: AccountMails,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** After a wrong code. Once a day at most, so that nobody can flood the owner. */
  async afterWrongCode(user: User, subject: Subject, device: Device): Promise<void> {
    // The owner of an address that was never verified may have nothing to do with the account.
    if (!user.emailVerified || (await this.attempts.count(subject)) < MANY) {
      return;
    }
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + DAY_MS);
    const oldest = lowestIdAt(new Date(now.getTime() - DAY_MS));
    const warning = { subject: `warned:${user.id}`, id: this.ids.next(now), oldest, expiresAt };
    await this.database.transaction(async (em) => {
      // Counted like attempts, of which one a day is allowed. Others wait for this one to commit.
      if (await addAttempt(em, warning, 1)) {
        await this.mails.send(em, user, {
          template: secondFactorGuessed,
          path: '/reset-password',
          expiresAt,
          device,
        });
      }
    });
  }
}
