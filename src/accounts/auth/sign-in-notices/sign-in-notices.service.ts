import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { newSignIn } from '#libs/contracts';
import { hashToken, randomToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { AuditLog } from '../../audit/index.js';
import { type User, UsersService } from '../../users/index.js';
import { AccountMails } from '../email/account-mails.js';
import { invalidToken } from '../email/email.errors.js';
import { UNDO_MS } from '../ownership/undo-period.js';
import { SessionCache } from '../sessions/session-cache.js';
import type { Device } from '../sessions/session-issuer.js';
import { endSessions } from '../sessions/session.repository.js';
import { sessionEnded } from '../sessions/sessions.events.js';
import { findNotice, insertNotice, markUsed } from './sign-in-notice.repository.js';

/** Tells users about sign-ins on new devices, and lets them say that it wasn't them. */
@Injectable()
export class SignInNoticesService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly mails: AccountMails,
    private readonly audit: AuditLog,
    private readonly sessions: SessionCache,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores a link that ends the session, and the command to mail it, in the caller's transaction. As often as it takes:
   * with a limit, an unsuspicious sign-in could hide the one that follows. Nobody causes these mails who can't sign in.
   */
  async send(em: EntityManager, user: User, device: Device, sessionId: string): Promise<void> {
    // The owner of an address that was never verified may have nothing to do with the account.
    if (!user.emailVerified || !user.signInNotifications) {
      return;
    }
    const token = randomToken();
    const expiresAt = new Date(this.clock.millis() + UNDO_MS);
    await insertNotice(em, { tokenHash: hashToken(token), user: user.id, sessionId, expiresAt });
    const path = `/disown-session?token=${token}`;
    await this.mails.send(em, user, { template: newSignIn, path, expiresAt, device });
  }

  /**
   * Ends the session that a link is for, if it still lives. Succeeds again for a link that has already done so, until the
   * link expires.
   * @throws Problem `invalid-token`
   */
  async disown(token: string): Promise<void> {
    const tokenHash = hashToken(token);
    const notice = await this.database.run((em) => findNotice(em, tokenHash, this.clock.now()));
    if (!notice) {
      throw invalidToken();
    }
    const { user, sessionId } = notice;
    await this.database.transaction(async (em) => {
      const now = this.clock.now();
      // Always lock the user before their sessions, to avoid deadlocks.
      if ((await this.users.lock(em, user)) && (await markUsed(em, tokenHash, now))) {
        await endSessions(em, user, now, { only: sessionId });
        await this.audit.record(em, sessionEnded, { subject: user, target: sessionId });
        // Whoever signed in may do so again on that device.
        await this.users.forgetDevices(em, user);
      }
    });
    this.sessions.ended([sessionId]);
  }
}
