import { Inject, Injectable } from '@nestjs/common';
import type { DirectoryUser } from '#libs/contracts';
import { UnsubscribeLinks } from '../preferences/index.js';
import {
  type ChannelName,
  contentFor,
  renderEmail,
  renderInbox,
  renderPush,
  renderSms,
  siteOf,
  TEMPLATE_OPTIONS,
  type TemplateOptions,
  templateValues,
} from '../templates/index.js';
import type { InboxText, NotificationContent } from './release.js';

/** Renders notifications before they are accepted. */
@Injectable()
export class NotificationRenderer {
  constructor(
    private readonly links: UnsubscribeLinks,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /**
   * Renders what's sent later, too, so that whoever sends it learns if it can't be.
   * @throws Error why it can't be rendered
   */
  render({ version, channels, data }: NotificationContent, to: DirectoryUser): InboxText {
    const reader = { to, site: siteOf(this.options) };
    const { variables, category } = version;
    const contentOf = <C extends ChannelName>(channel: C) =>
      channels.includes(channel) ? contentFor(version, channel, to.locale) : undefined;
    const email = contentOf('email');
    const inbox = contentOf('inbox');
    const sms = contentOf('sms');
    const push = contentOf('push');
    const values = templateValues(variables, data, reader);
    if (email) {
      const unsubscribeUrl = this.links.urlFor({ userId: to.id, category });
      renderEmail(email, templateValues(variables, data, { ...reader, unsubscribeUrl }));
    }
    if (sms) {
      renderSms(sms, values);
    }
    if (push) {
      renderPush(push, values);
    }
    return inbox && renderInbox(inbox, values);
  }
}
