import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { hashToken, randomToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { accountExists, sendNotification, type Template, verifyEmail } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import { AppConfig } from '../../../../config/index.js';
import { type User, UsersService } from '../../users/index.js';
import { withMinimumDuration } from '#libs/lifecycle';
import { insertLink } from './email-verification.repository.js';

const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Earlier links stay valid, because mails may arrive out of order. Limited to as many as anyone would look at. */
const LINKS_KEPT = 5;

/** How long another request may hold the user: it only stores a link and a message. */
const LOCK_PAUSE_MS = 15;

/** The registration that a mail is for. It has its own name and language until it is confirmed. */
export interface LinkedRegistration {
  readonly id: string;
  readonly displayName?: string | null | undefined;
  readonly locale?: string | null | undefined;
}

/** Sends links that verify that an address belongs to its user. */
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
  async send(em: EntityManager, user: User, registration?: LinkedRegistration): Promise<void> {
    const token = randomToken();
    const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
    const registrationId = registration?.id ?? null;
    await insertLink(
      em,
      { tokenHash: hashToken(token), user: user.id, registrationId, expiresAt },
      LINKS_KEPT,
    );
    const link = `${this.config.appUrl}/verify-email?token=${token}`;
    await this.mail(em, user, verifyEmail, link, expiresAt, registration);
  }

  /** Like `send`, unless we sent the user a mail in the last minute. Otherwise, anyone could flood their mailbox. */
  async sendThrottled(em: EntityManager, user: User, registration?: LinkedRegistration): Promise<void> {
    if (await this.users.reserveMailSlot(em, user)) {
      await this.send(em, user, registration);
    }
  }

  /** Notifies the user, at most once a minute, that someone tried to register their address. */
  async notifyAccountExists(em: EntityManager, user: User): Promise<void> {
    if (await this.users.reserveMailSlot(em, user)) {
      const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
      await this.mail(em, user, accountExists, this.config.appUrl, expiresAt);
    }
  }

  /**
   * Sends a new link, unless there's no such account, its address is already verified, or we sent it a mail in the last
   * minute. Neither the result nor the duration reveals which.
   */
  async resend(email: string): Promise<void> {
    await withMinimumDuration(async () => {
      // Twice for every address, with the same pause: the second time finds what was locked at first.
      for (const pauseMs of [0, LOCK_PAUSE_MS]) {
        await delay(pauseMs);
        await this.database.transaction(async (em) => {
          // Waiting for the lock would tell an address with an account from others.
          const user = await this.users.lockFreeByEmail(em, email);
          if (user && !user.emailVerified) {
            await this.sendThrottled(em, user);
          }
        });
      }
    });
  }

  private async mail(
    em: EntityManager,
    user: User,
    template: Template,
    link: string,
    expiresAt: Date,
    registration?: LinkedRegistration,
  ): Promise<void> {
    const { id, email, ...profile } = this.users.profileOf(user);
    const displayName = (registration ?? profile).displayName ?? null;
    const locale = registration?.locale ?? profile.locale;
    await this.outbox.append(em, sendNotification, id, {
      template: template.name,
      to: { userId: id, email, displayName, locale },
      data: { link },
      expiresAt: expiresAt.toISOString(),
    });
  }
}
