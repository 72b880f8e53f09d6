import { Injectable, Logger } from '@nestjs/common';
import { Sealer } from '#libs/crypto';
import { openDelivery } from '../../deliveries/delivery-payload.js';
import type { ClaimedDelivery } from '../../deliveries/delivery.repository.js';
import type { Mail } from './mailer.js';
import { MailRenderer } from '../../templates/mail-renderer.js';

/** Makes the mail of a delivery. */
@Injectable()
export class MailComposer {
  private readonly logger = new Logger(MailComposer.name);

  constructor(
    private readonly sealer: Sealer,
    private readonly renderer: MailRenderer,
  ) {}

  /** @returns null when the payload is broken: no later attempt would find it mended */
  compose({ id, template, sealed, messageId }: ClaimedDelivery): Mail | null {
    try {
      const { to, data } = openDelivery(this.sealer, id, sealed);
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
