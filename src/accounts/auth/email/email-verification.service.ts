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
/** Mails may overtake each other, so earlier links go on, but no more of them than anybody would look at. */
const LINKS_KEPT = 5;

/** Proves that an address belongs to its user, by a link that is sent there. */
@Injectable()
export class EmailVerificationService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** Writes a new link, and the command that mails it, in the caller's transaction. */
  async send(em: EntityManager, user: User): Promise<void> {
    const token = randomToken();
    const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
    await insertLink(em, { tokenHash: hashToken(token), user: user.id, expiresAt }, LINKS_KEPT);
    const link = `${this.config.appUrl}/verify-email?token=${token}`;
    await this.mail(em, user, verifyEmail, link, expiresAt);
  }

  /** As `send`, unless the user was sent a mail in the last minute: else anybody could fill their mailbox. */
  async sendSparingly(em: EntityManager, user: User): Promise<void> {
    if (await this.users.reserveMailSlot(em, user)) {
      await this.send(em, user);
    }
  }

  /** Tells somebody, once a minute at most, that their address was about to be registered again. */
  async tellAccountExists(em: EntityManager, user: User): Promise<void> {
    if (await this.users.reserveMailSlot(em, user)) {
      const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
      await this.mail(em, user, accountExists, this.config.appUrl, expiresAt);
    }
  }

  /** Makes the links void that are on their way. */
  async dropLinks(em: EntityManager, user: User): Promise<void> {
    await deleteLinks(em, user.id);
  }

  /**
   * Sends a new link, unless there is no such account, its address is proven, or a mail was sent in the last minute:
   * which of them is not told, nor does the time tell.
   */
  async resend(email: string): Promise<void> {
    await withMinimumDuration(() =>
      this.database.transaction(async (em) => {
        const user = await this.users.lockByEmail(em, email);
        if (user && !user.emailVerified) {
          await this.sendSparingly(em, user);
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
      // The user comes before their links, here as everywhere, so that no two wait for each other.
      await this.users.markEmailVerified(em, link.user);
      // Who was first to lock the user has taken all links: that decides between two clicks, or a click and a new password.
      const taken = await deleteLinks(em, link.user);
      if (!taken.includes(link.tokenHash)) {
        throw invalidToken();
      }
      return link.user;
    });
    this.users.forget(userId);
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
