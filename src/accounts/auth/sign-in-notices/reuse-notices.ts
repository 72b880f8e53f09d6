import { Injectable } from '@nestjs/common';
import { refreshTokenReused } from '#libs/contracts';
import { AccountMails } from '../email/account-mails.js';
import { RefreshService } from '../sessions/refresh.service.js';

/** Tells users that a session has ended because its refresh token was reused, which may mean that it was stolen. */
@Injectable()
export class ReuseNotices {
  constructor(refreshes: RefreshService, mails: AccountMails) {
    refreshes.whenReused((em, user, device) => mails.notify(em, user, refreshTokenReused, device));
  }
}
