import { Injectable, Logger } from '@nestjs/common';
import { MailRenderer } from '../../templates/index.js';
import { Channel, type OutgoingNotification, type SendContext, type SendOutcome } from '../channel.js';
import { type Mail, Mailer } from './mailer.js';

/** Sends email via SMTP. */
@Injectable()
export class MailChannel extends Channel {
  private readonly logger = new Logger(MailChannel.name);

  constructor(
    private readonly renderer: MailRenderer,
    private readonly mailer: Mailer,
  ) {
    super();
  }

  override send(notification: OutgoingNotification, context: SendContext): Promise<SendOutcome> {
    const mail = this.render(notification);
    return mail
      ? this.mailer.send(mail, context)
      : Promise.resolve({ kind: 'refused', reason: 'rendering failed' });
  }

  /** @returns null if the data doesn't fit the template, because retrying wouldn't help */
  private render({ id, template, to, data, messageId }: OutgoingNotification): Mail | null {
    try {
      const { subject, html, text } = this.renderer.render(template, to.locale, data);
      return { to: { address: to.email, name: to.displayName }, messageId, subject, html, text };
    } catch (error) {
      // The error's message may contain the link.
      const name = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`could not render delivery ${id} with the template "${template}": ${name}`);
      return null;
    }
  }
}
