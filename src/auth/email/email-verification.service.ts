import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { hashToken, randomToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { type NewMessage, Outbox } from '#libs/outbox';
import { AppConfig } from '../../../config/index.js';
import { type User, UsersService } from '../../users/index.js';
import { invalidToken } from '../auth.errors.js';
import { EmailVerification } from './email-verification.entity.js';

const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;

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

  /** Writes a new link in the caller's transaction. @returns the command that mails it, to be appended there too */
  async prepare(em: EntityManager, user: User): Promise<NewMessage> {
    const token = randomToken();
    const expiresAt = new Date(this.clock.millis() + LINK_LIFETIME_MS);
    await em.insert(EmailVerification, { tokenHash: hashToken(token), user: user.id, expiresAt });
    return this.mailTo(user, 'verify-email', `${this.config.appUrl}/verify-email?token=${token}`, expiresAt);
  }

  /** The command to tell somebody that their address was about to be registered again. */
  accountExists(user: User): NewMessage {
    return this.mailTo(
      user,
      'account-exists',
      this.config.appUrl,
      new Date(this.clock.millis() + LINK_LIFETIME_MS),
    );
  }

  /** Sends a new link, unless there is no such account or its address is proven: which of them is not told. */
  async resend(email: string): Promise<void> {
    await this.database.write(async (em) => {
      const user = await this.users.findByEmail(em, email);
      if (user && !user.emailVerified) {
        await this.outbox.append(em, await this.prepare(em, user));
      }
    });
  }

  /** @throws Problem `invalid-token` */
  async verify(token: string): Promise<void> {
    const userId = await this.database.write(async (em) => {
      // Taking the row is what decides between two clicks on the same link.
      const [taken] = await em.execute<{ user_id: string; expires_at: Date }[]>(
        'delete from accounts.email_verifications where token_hash = ? returning user_id, expires_at',
        [hashToken(token)],
      );
      if (!taken || new Date(taken.expires_at) <= this.clock.now()) {
        throw invalidToken();
      }
      await this.users.markEmailVerified(em, taken.user_id);
      await em.execute('delete from accounts.email_verifications where user_id = ?', [taken.user_id]);
      return taken.user_id;
    });
    this.users.forget(userId);
  }

  private mailTo(
    user: User,
    template: 'verify-email' | 'account-exists',
    link: string,
    expiresAt: Date,
  ): NewMessage {
    const { email, displayName, locale } = this.users.snapshotOf(user);
    return {
      type: 'send-notification',
      subject: user.id,
      data: {
        template,
        to: { userId: user.id, email, displayName, locale },
        data: { link },
        expiresAt: expiresAt.toISOString(),
      },
    };
  }
}
