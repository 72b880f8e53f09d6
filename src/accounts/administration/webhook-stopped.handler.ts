import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { accounts, webhookGone, webhookPaused, type WebhookStopped, webhookStopped } from '#libs/contracts';
import { HandlesMessage, type Message, type MessageHandler } from '#libs/messaging';
import { AccountMails } from '../auth/index.js';
import { UsersService } from '../users/index.js';

/** After this, it's old news. */
const MAIL_LIFETIME_MS = 2 * 24 * 60 * 60 * 1000;

/** Tells whoever created a webhook that it gets no more events. */
@HandlesMessage(accounts, webhookStopped)
export class WebhookStoppedHandler implements MessageHandler<WebhookStopped> {
  constructor(
    private readonly users: UsersService,
    private readonly mails: AccountMails,
    private readonly clock: Clock,
  ) {}

  async handle(em: EntityManager, { subject, data: { reason } }: Message<WebhookStopped>): Promise<void> {
    const user = await this.users.find(em, subject);
    if (user?.status === 'active') {
      const template = reason === 'gone' ? webhookGone : webhookPaused;
      const expiresAt = new Date(this.clock.millis() + MAIL_LIFETIME_MS);
      await this.mails.send(em, user, { template, path: '', expiresAt });
    }
  }
}
