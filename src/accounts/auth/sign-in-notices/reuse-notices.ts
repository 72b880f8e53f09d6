import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { refreshTokenReused } from '#libs/contracts';
import type { User } from '../../users/index.js';
import { AccountMails } from '../email/account-mails.js';
import { RefreshService } from '../sessions/refresh.service.js';
import type { Device } from '../sessions/session-issuer.js';

/** After this, nobody looks for a mail that says what has happened. */
const MAIL_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** Tells users that a session has ended because its refresh token was reused, which may mean that it was stolen. */
@Injectable()
export class ReuseNotices {
  constructor(
    refreshes: RefreshService,
    private readonly mails: AccountMails,
    private readonly clock: Clock,
  ) {
    refreshes.whenReused((em, user, device) => this.tell(em, user, device));
  }

  /** Not the owner of an address that was never verified, who may have nothing to do with the account. */
  private async tell(em: EntityManager, user: User, device: Device): Promise<void> {
    if (user.emailVerified) {
      const expiresAt = new Date(this.clock.millis() + MAIL_LIFETIME_MS);
      const path = '/reset-password';
      await this.mails.send(em, user, { template: refreshTokenReused, path, expiresAt, device });
    }
  }
}
