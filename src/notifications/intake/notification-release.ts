import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import type { DirectoryUser } from '#libs/contracts';
import type { JsonObject } from '#libs/json';
import { mailTask, type Notification } from '../deliveries/index.js';
import { InboxChanges } from '../inbox/index.js';
import { choicesOf, digestOf, isWanted, turnedOff, UnsubscribeLinks } from '../preferences/index.js';
import {
  type ChannelName,
  contentFor,
  type PublishedVersion,
  renderEmail,
  type RenderedInbox,
  renderInbox,
  siteOf,
  TEMPLATE_OPTIONS,
  type TemplateOptions,
  templateValues,
} from '../templates/index.js';
import { NewDeliveries, type PlannedDelivery } from './new-deliveries.js';

/** What a notification says, and how. */
export interface NotificationContent {
  readonly version: PublishedVersion;
  readonly channels: readonly ChannelName[];
  readonly data: JsonObject;
}

/** What a notification says to its recipient in the app. Undefined if it isn't for that channel. */
export type InboxText = RenderedInbox | undefined;

/** To whom a notification goes, and how. */
export interface Released {
  readonly user: DirectoryUser;
  readonly inbox: InboxText;
  /** What sends the email. */
  readonly task?: typeof mailTask;
}

/** Turns notifications into deliveries. */
@Injectable()
export class NotificationRelease {
  constructor(
    private readonly deliveries: NewDeliveries,
    private readonly links: UnsubscribeLinks,
    private readonly inboxChanges: InboxChanges,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /**
   * Renders the email, too, though it's sent later, so that whoever sends it learns if it can't be.
   * @throws Error why it can't be rendered
   */
  render({ version, channels, data }: NotificationContent, to: DirectoryUser): InboxText {
    const reader = { to, site: siteOf(this.options) };
    const { variables, category } = version;
    const email = channels.includes('email') ? contentFor(version, 'email', to.locale) : undefined;
    const inbox = channels.includes('inbox') ? contentFor(version, 'inbox', to.locale) : undefined;
    if (email) {
      const unsubscribeUrl = this.links.urlFor({ userId: to.id, category });
      renderEmail(email, templateValues(variables, data, { ...reader, unsubscribeUrl }));
    }
    return inbox && renderInbox(inbox, templateValues(variables, data, reader));
  }

  /** Call it after `lockRecipient`, and `announce` after its transaction. */
  async release(
    em: EntityManager,
    notification: Notification,
    { version, channels, data }: NotificationContent,
    { user, inbox, task = mailTask }: Released,
  ): Promise<void> {
    const planned = this.plan(notification, channels, task);
    await em.persist(notification).flush();
    const { category } = version;
    const choices = await choicesOf(em, user.id);
    for (const delivery of planned) {
      const { channel } = delivery;
      if (!isWanted(choices, category, channel)) {
        await this.deliveries.suppress(em, delivery, turnedOff(category));
      } else if (channel === 'email') {
        const payload = { data, templateVersion: version.id, category };
        await this.deliveries.mail(em, delivery, user, payload, digestOf(choices, category));
      } else if (inbox) {
        await this.deliveries.putIntoInbox(em, delivery, inbox);
      }
    }
  }

  /** Ends a notification before anything of it is sent. */
  async suppress(
    em: EntityManager,
    notification: Notification,
    channels: readonly ChannelName[],
    reason: string,
  ): Promise<void> {
    const planned = this.plan(notification, channels);
    await em.persist(notification).flush();
    for (const delivery of planned) {
      await this.deliveries.suppress(em, delivery, reason);
    }
  }

  /** Lets open streams know what has come into an inbox. */
  announce({ user, inbox }: Released): void {
    if (inbox) {
      this.inboxChanges.publish(user.id);
    }
  }

  private plan(
    notification: Notification,
    channels: readonly ChannelName[],
    task = mailTask,
  ): PlannedDelivery[] {
    const at = this.clock.now();
    const planned = channels.map((channel) => ({ id: this.ids.next(at), channel, notification, at, task }));
    notification.deliveryIds = planned.map(({ id }) => id);
    return planned;
  }
}
