import { Injectable, Logger } from '@nestjs/common';
import { UnsubscribeLinks } from '../../preferences/index.js';
import { MailRenderer } from '../../templates/index.js';
import {
  Channel,
  notTried,
  type OutgoingNotification,
  type SendResult,
  type WaitingContext,
} from '../channel.js';
import { MailProviders } from './mail-providers.js';

/** Sends email via SMTP. */
@Injectable()
export class MailChannel extends Channel {
  private readonly logger = new Logger(MailChannel.name);

  constructor(
    private readonly renderer: MailRenderer,
    private readonly providers: MailProviders,
    private readonly links: UnsubscribeLinks,
  ) {
    super();
  }

  override async send(notification: OutgoingNotification, context: WaitingContext): Promise<SendResult> {
    const { to, category, messageId } = notification;
    const unsubscribeUrl =
      category === undefined ? undefined : this.links.urlFor({ userId: to.userId, category });
    const rendered = await this.renderer
      .render({ ...notification, unsubscribeUrl })
      .catch((error: unknown) => {
        this.logger.warn(`could not read the template of delivery ${notification.id}`, { error });
        return undefined;
      });
    if (!rendered) {
      return notTried(
        rendered === null
          ? { kind: 'refused', reason: 'rendering failed' }
          : { kind: 'deferred', reason: 'the template could not be read' },
      );
    }
    return this.providers.send(
      { to: { address: to.email, name: to.displayName }, messageId, unsubscribeUrl, ...rendered },
      context,
    );
  }
}
