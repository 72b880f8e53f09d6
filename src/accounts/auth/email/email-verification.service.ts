import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { hashToken, randomToken } from '#libs/crypto';
import { accountExists, verifyEmail } from '#libs/contracts';
import { type User, UsersService } from '../../users/index.js';
import { type MailedLink, MailedLinks } from '../ownership/mailed-links.js';
import type { Device } from '../sessions/session-issuer.js';
import { AccountMails, type Recipient } from './account-mails.js';
import { AddressRequests } from './address-requests.js';
import { forgetUser, insertLink } from './email-verification.repository.js';

const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Earlier links stay valid, because mails may arrive out of order. Limited to as many as anyone would look at. */
const LINKS_KEPT = 5;

/** The registration that a mail is for. It has its own name and language until it is confirmed. */
export interface LinkedRegistration extends Recipient {
  readonly id: string;
}

/** Sends links that verify that an address belongs to its user. */
@Injectable()
export class EmailVerificationService implements MailedLink {
  constructor(
    mailed: MailedLinks,
    private readonly users: UsersService,
    private readonly requests: AddressRequests,
    private readonly mails: AccountMails,
    private readonly clock: Clock,
  ) {
    mailed.add(this);
  }

  /**
   * Stores a new link and the command to mail it, in the caller's transaction.
   * @param device what asked for it
   */
  async send(
    em: EntityManager,
    user: User,
    device: Device,
    registration?: LinkedRegistration,
  ): Promise<void> {
    const token = randomToken();
    const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
    const registrationId = registration?.id ?? null;
    await insertLink(
      em,
      { tokenHash: hashToken(token), user: user.id, registrationId, expiresAt },
      LINKS_KEPT,
    );
    const path = `/verify-email?token=${token}`;
    await this.mails.send(em, user, {
      template: verifyEmail,
      path,
      expiresAt,
      device,
      recipient: registration,
    });
  }

  /** Like `send`, unless we sent the user a mail in the last minute. Otherwise, anyone could flood their mailbox. */
  async sendThrottled(
    em: EntityManager,
    user: User,
    device: Device,
    registration?: LinkedRegistration,
  ): Promise<void> {
    if (await this.users.reserveMailSlot(em, user)) {
      await this.send(em, user, device, registration);
    }
  }

  /** Notifies the user, at most once a minute, that someone tried to register their address. */
  async notifyAccountExists(em: EntityManager, user: User, device: Device): Promise<void> {
    if (await this.users.reserveMailSlot(em, user)) {
      const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
      await this.mails.send(em, user, { template: accountExists, path: '', expiresAt, device });
    }
  }

  /**
   * Sends a new link, unless there's no such account, its address is already verified, or we sent it a mail in the last
   * minute. Neither the result nor the duration reveals which.
   */
  async resend(email: string, device: Device): Promise<void> {
    await this.requests.run(email, async (em, user) => {
      if (!user.emailVerified) {
        await this.sendThrottled(em, user, device);
      }
    });
  }

  async voidAll(em: EntityManager, userId: string): Promise<void> {
    await forgetUser(em, { user: userId });
  }
}
