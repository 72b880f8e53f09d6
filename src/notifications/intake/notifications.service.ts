import { Inject, Injectable } from '@nestjs/common';
import { Clock, IdSource } from '#libs/clock';
import { AccountDirectory, type DirectoryUser } from '#libs/contracts';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import type { JsonObject } from '#libs/json';
import { invalidInput } from '#libs/problem';
import { findDeliveriesOf, findNotification, Notification } from '../deliveries/index.js';
import { InboxChanges } from '../inbox/index.js';
import { choicesOf, isWanted, turnedOff, UnsubscribeLinks } from '../preferences/index.js';
import { isErased, lockRecipient } from '../recipients/index.js';
import {
  type ChannelName,
  channelsOf,
  contentFor,
  invalidData,
  isBuiltIn,
  PublishedTemplates,
  type PublishedVersion,
  renderEmail,
  type RenderedInbox,
  renderInbox,
  siteOf,
  TEMPLATE_OPTIONS,
  type TemplateOptions,
  templateValues,
} from '../templates/index.js';
import { NewDeliveries } from './new-deliveries.js';
import { type NotificationReport, reportOf } from './notification-report.js';
import { type NewNotification, NotificationSender } from './notification-sender.js';
import { notificationNotFound, notificationNotRendered } from './notifications.errors.js';

/** Sends notifications to users. */
@Injectable()
export class NotificationsService extends NotificationSender {
  constructor(
    private readonly database: Database,
    private readonly directory: AccountDirectory,
    private readonly templates: PublishedTemplates,
    private readonly deliveries: NewDeliveries,
    private readonly links: UnsubscribeLinks,
    private readonly inboxChanges: InboxChanges,
    private readonly keys: IdempotencyStore,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {
    super();
  }

  override async send(sentBy: string | null, given: NewNotification): Promise<NotificationReport> {
    const { template, data, recipient } = given;
    const version = await this.versionOf(template);
    const { category } = version;
    const channels = wantedChannels(version, given.channels);
    const errors = invalidData(version.variables, data, '/data');
    if (errors.length > 0) {
      throw invalidInput({ errors });
    }
    const user = (await this.directory.find(recipient)) ?? refuseRecipient();
    const inbox = this.renderedInbox(version, channels, user, data);
    const sent = await this.database.transaction(async (em) => {
      await lockRecipient(em, user.id);
      if (await isErased(em, user.id)) {
        refuseRecipient();
      }
      const createdAt = this.clock.now();
      const planned = channels.map((channel) => ({ channel, id: this.ids.next(createdAt) }));
      const notification = em.create(Notification, {
        id: this.ids.next(createdAt),
        userId: user.id,
        template,
        deliveryIds: planned.map(({ id }) => id),
        sentBy,
        createdAt,
      });
      await em.persist(notification).flush();
      const choices = await choicesOf(em, user.id);
      for (const { channel, id } of planned) {
        const delivery = { notification, id };
        if (!isWanted(choices, category, channel)) {
          await this.deliveries.suppress(em, delivery, channel, turnedOff(category));
        } else if (channel === 'email') {
          await this.deliveries.mail(em, delivery, user, { data, templateVersion: version.id, category });
        } else if (inbox) {
          await this.deliveries.putIntoInbox(em, delivery, inbox);
        }
      }
      const report = reportOf(notification, await findDeliveriesOf(em, notification));
      await this.keys.keep(em, report);
      return report;
    });
    if (inbox) {
      this.inboxChanges.publish(user.id);
    }
    return sent;
  }

  override get(id: string, sentBy: string | null): Promise<NotificationReport> {
    return this.database.run(async (em) => {
      const notification = await findNotification(em, id, sentBy);
      if (!notification) {
        throw notificationNotFound();
      }
      return reportOf(notification, await findDeliveriesOf(em, notification));
    });
  }

  private async versionOf(template: string): Promise<PublishedVersion> {
    // Whoever may send must not be able to send a link that looks like one to reset a password.
    const version = isBuiltIn(template) ? null : await this.templates.find(template, { isBuiltIn: false });
    return version ?? refuse('/template', 'unknown-template', 'is not the name of a published template');
  }

  /** Renders the email, too, though it's sent later, so that whoever sends it learns if it can't be. */
  private renderedInbox(
    version: PublishedVersion,
    channels: readonly ChannelName[],
    user: DirectoryUser,
    data: JsonObject,
  ): RenderedInbox | undefined {
    const reader = { to: user, site: siteOf(this.options) };
    const { variables, category } = version;
    const email = channels.includes('email') ? contentFor(version, 'email', user.locale) : undefined;
    const inbox = channels.includes('inbox') ? contentFor(version, 'inbox', user.locale) : undefined;
    try {
      if (email) {
        const unsubscribeUrl = this.links.urlFor({ userId: user.id, category });
        renderEmail(email, templateValues(variables, data, { ...reader, unsubscribeUrl }));
      }
      return inbox && renderInbox(inbox, templateValues(variables, data, reader));
    } catch (error) {
      const { message } = error as Error;
      throw notificationNotRendered({ errors: [{ pointer: '/data', code: 'rendering-failed', message }] });
    }
  }
}

function wantedChannels(
  version: PublishedVersion,
  wanted: readonly ChannelName[] | undefined,
): readonly ChannelName[] {
  const available = channelsOf(version);
  const missing = wanted?.find((channel) => !available.includes(channel));
  return missing === undefined
    ? (wanted ?? available)
    : refuse('/channels', 'not-one-of', `the template has no content for ${missing}`);
}

function refuseRecipient(): never {
  return refuse('/recipient', 'unknown-user', 'is not the ID of a user');
}

function refuse(pointer: string, code: string, message: string): never {
  throw invalidInput({ errors: [{ pointer, code, message }] });
}
