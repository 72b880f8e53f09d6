import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { sendNotification, type Template } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import { AppConfig } from '../../../../config/index.js';
import { type User, UsersService } from '../../users/index.js';

/** After this, nobody looks for a mail that says what has happened. */
const NOTICE_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** How to address the reader, if it isn't as in the profile. */
export interface Recipient {
  readonly displayName?: string | null | undefined;
  readonly locale?: string | null | undefined;
}

interface AccountMail {
  readonly template: Template;
  /** Where the link leads, below `APP_URL`: empty, or a path with a query. */
  readonly path: string;
  /** Shown above the link, to be typed in. */
  readonly code?: string | undefined;
  /** After this, the mail is of no use any more. */
  readonly expiresAt: Date;
  readonly recipient?: Recipient | undefined;
}

/** Mails to users about their accounts. */
@Injectable()
export class AccountMails {
  constructor(
    private readonly users: UsersService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * Tells the owner what was done with the account. Not the owner of an address that was never verified, who may have
   * nothing to do with it.
   */
  async notify(em: EntityManager, user: User, template: Template): Promise<void> {
    if (user.emailVerified) {
      const expiresAt = new Date(this.clock.millis() + NOTICE_LIFETIME_MS);
      await this.send(em, user, { template, path: '/reset-password', expiresAt });
    }
  }

  /** Stores the command to mail the user in the caller's transaction. */
  async send(
    em: EntityManager,
    user: User,
    { template, path, code, expiresAt, recipient }: AccountMail,
  ): Promise<void> {
    const { id, email, ...profile } = this.users.profileOf(user);
    await this.outbox.append(em, sendNotification, id, {
      template: template.name,
      to: {
        userId: id,
        email,
        displayName: (recipient ?? profile).displayName ?? null,
        locale: recipient?.locale ?? profile.locale,
      },
      data: { link: `${this.config.appUrl}${path}`, ...(code === undefined ? {} : { code }) },
      expiresAt: expiresAt.toISOString(),
    });
  }
}
