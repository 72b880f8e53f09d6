import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { hashToken, randomToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { accountExists, sendNotification, type Template, verifyEmail } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import { AppConfig } from '../../../../config/index.js';
import { type User, UsersService } from '../../users/index.js';
import { invalidToken } from './email.errors.js';
import { withMinimumDuration } from '#libs/lifecycle';
import { EmailVerification } from './email-verification.entity.js';
import { deleteLinks, insertLink } from './email-verification.repository.js';

const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Earlier links stay valid, because mails may arrive out of order. Limited to as many as anyone would look at. */
const LINKS_KEPT = 5;

/** Verifies that an address belongs to its user, by sending a link to it. */
@Injectable()
export class EmailVerificationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** Stores a new link and the command to mail it, in the caller's transaction. */
  async send(em: EntityManager, user: User): Promise<void> {
    const token = randomToken();
    const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
    await insertLink(em, { tokenHash: hashToken(token), user: user.id, expiresAt }, LINKS_KEPT);
    const link = `${this.config.appUrl}/verify-email?token=${token}`;
    await this.mail(em, user, verifyEmail, link, expiresAt);
  }

  /** Like `send`, unless we sent the user a mail in the last minute. Otherwise, anyone could flood their mailbox. */
  async sendThrottled(em: EntityManager, user: User): Promise<void> {
    if (await this.users.reserveMailSlot(em, user)) {
      await this.send(em, user);
    }
  }

  /** Notifies the user, at most once a minute, that someone tried to register their address. */
  async notifyAccountExists(em: EntityManager, user: User): Promise<void> {
    if (await this.users.reserveMailSlot(em, user)) {
      const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
      await this.mail(em, user, accountExists, this.config.appUrl, expiresAt);
    }
  }

  /** Invalidates all links sent so far. */
  async dropLinks(em: EntityManager, user: User): Promise<void> {
    await deleteLinks(em, user.id);
  }

  /**
   * Sends a new link, unless there's no such account, its address is already verified, or we sent it a mail in the last
   * minute. Neither the result nor the duration reveals which.
   */
  async resend(email: string): Promise<void> {
    await withMinimumDuration(() =>
      this.database.transaction(async (em) => {
        const user = await this.users.lockByEmail(em, email);
        if (user && !user.emailVerified) {
          await this.sendThrottled(em, user);
        }
      }),
    );
  }

  /** @throws Problem `invalid-token` */
  async verify(token: string): Promise<void> {
    const userId = await this.database.transaction(async (em) => {
      const link = await em.findOne(EmailVerification, { tokenHash: hashToken(token) });
      if (!link || link.expiresAt <= this.clock.now()) {
        throw invalidToken();
      }
      // Always lock the user before their links, to avoid deadlocks.
      await this.users.markEmailVerified(em, link.user);
      // The first transaction to lock the user deletes all links. This decides between two clicks, or between a click
      // and a new password.
      const deleted = await deleteLinks(em, link.user);
      if (!deleted.includes(link.tokenHash)) {
        throw invalidToken();
      }
      return link.user;
    });
    this.users.invalidate(userId);
  }

  private async mail(
    em: EntityManager,
    user: User,
    template: Template,
    link: string,
    expiresAt: Date,
  ): Promise<void> {
    const { id, email, displayName, locale } = this.users.profileOf(user);
    await this.outbox.append(em, sendNotification, id, {
      template: template.name,
      to: { userId: id, email, displayName, locale },
      data: { link },
      expiresAt: expiresAt.toISOString(),
    });
  }
}
