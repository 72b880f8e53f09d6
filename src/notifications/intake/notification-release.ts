import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import type { DirectoryUser } from '#libs/contracts';
import type { JsonObject } from '#libs/json';
import type { Notification } from '../deliveries/index.js';
import { InboxChanges } from '../inbox/index.js';
import { choicesOf, digestOf, isWanted, turnedOff, UnsubscribeLinks } from '../preferences/index.js';
import { findPushSubscriptionsOf } from '../recipients/index.js';
import {
  type ChannelName,
  contentFor,
  type PublishedVersion,
  renderEmail,
  type RenderedInbox,
  renderInbox,
  renderPush,
  renderSms,
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
  readonly isOfBroadcast?: boolean;
}

interface Planning {
  readonly isOfBroadcast: boolean;
  /** That show push notifications to the recipient. */
  readonly browsers: readonly { readonly id: string }[];
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
   * Renders what's sent later, too, so that whoever sends it learns if it can't be.
   * @throws Error why it can't be rendered
   */
  render({ version, channels, data }: NotificationContent, to: DirectoryUser): InboxText {
    const reader = { to, site: siteOf(this.options) };
    const { variables, category } = version;
    const email = channels.includes('email') ? contentFor(version, 'email', to.locale) : undefined;
    const inbox = channels.includes('inbox') ? contentFor(version, 'inbox', to.locale) : undefined;
    const sms = channels.includes('sms') ? contentFor(version, 'sms', to.locale) : undefined;
    const push = channels.includes('push') ? contentFor(version, 'push', to.locale) : undefined;
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

  /** Call it after `lockRecipient`, and `announce` after its transaction. */
  async release(
    em: EntityManager,
    notification: Notification,
    { version, channels, data }: NotificationContent,
    { user, inbox, isOfBroadcast = false }: Released,
  ): Promise<void> {
    const { category } = version;
    const choices = await choicesOf(em, user.id);
    const isPushed = channels.includes('push') && isWanted(choices, category, 'push');
    const browsers = isPushed ? await findPushSubscriptionsOf(em, user.id, this.clock.now()) : [];
    const planned = this.plan(notification, channels, { isOfBroadcast, browsers });
    await em.persist(notification).flush();
    for (const delivery of planned) {
      const { channel } = delivery;
      if (!isWanted(choices, category, channel)) {
        await this.deliveries.suppress(em, delivery, turnedOff(category));
        continue;
      }
      const saying = { data, templateVersion: version.id, category };
      switch (channel) {
        case 'email':
          await this.deliveries.mail(em, delivery, user, saying, digestOf(choices, category));
          break;
        case 'sms':
          await this.deliveries.sms(em, delivery, user, saying);
          break;
        case 'push':
          await this.deliveries.push(em, delivery, user, saying);
          break;
        case 'inbox':
          if (inbox) {
            await this.deliveries.putIntoInbox(em, delivery, inbox);
          }
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

  /** One delivery for each channel, and on `push` for each browser, so that each has a state and attempts of its own. */
  private plan(
    notification: Notification,
    channels: readonly ChannelName[],
    { isOfBroadcast, browsers }: Planning = { isOfBroadcast: false, browsers: [] },
  ): PlannedDelivery[] {
    const at = this.clock.now();
    const planned = channels.flatMap((channel): PlannedDelivery[] => {
      const one = (): PlannedDelivery => ({
        id: this.ids.next(at),
        channel,
        notification,
        at,
        isOfBroadcast,
      });
      return channel === 'push' && browsers.length > 0
        ? browsers.map(({ id }) => ({ ...one(), pushSubscriptionId: id }))
        : [one()];
    });
    notification.deliveryIds = planned.map(({ id }) => id);
    return planned;
  }
}
