import { Injectable, Logger } from '@nestjs/common';
import { MailRenderer } from '../../templates/index.js';
import { Channel, type OutgoingNotification, type SendOutcome } from '../channel.js';
import { type Mail, Mailer } from './mailer.js';

/** Email, by SMTP. */
@Injectable()
export class MailChannel extends Channel {
  private readonly logger = new Logger(MailChannel.name);

  constructor(
    private readonly renderer: MailRenderer,
    private readonly mailer: Mailer,
  ) {
    super();
  }

  override send(notification: OutgoingNotification, signal: AbortSignal): Promise<SendOutcome> {
    const mail = this.compose(notification);
    return mail
      ? this.mailer.send(mail, signal)
      : Promise.resolve({ kind: 'refused', reason: 'it cannot be composed' });
  }

  /** @returns null when the data doesn't fit the template: no later attempt would change that */
  private compose({ id, template, to, data, messageId }: OutgoingNotification): Mail | null {
    try {
      const { subject, html, text } = this.renderer.render(template, to.locale, data);
      return { to: { address: to.email, name: to.displayName }, messageId, subject, html, text };
    } catch (error) {
      // Not its message, which may quote the link.
      const name = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`delivery ${id} cannot be composed from the template "${template}": ${name}`);
      return null;
    }
  }
}
