import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Outbox } from '#libs/messaging';
import {
  DeliveryEnds,
  type DeliveryPayload,
  insertDelivery,
  mailTask,
  messageIdOf,
  type NewDelivery,
  type Notification,
  sealDelivery,
} from '../deliveries/index.js';
import { insertInboxNotification } from '../inbox/index.js';
import {
  type ChannelName,
  type RenderedInbox,
  TEMPLATE_OPTIONS,
  type TemplateOptions,
} from '../templates/index.js';

/** After this, an email that couldn't be sent is too late. */
const EXPIRES_MS = 3 * 24 * 60 * 60 * 1000;

/** One of the ways in which a notification reaches its recipient. */
interface PlannedDelivery {
  readonly id: string;
  readonly notification: Notification;
}

/** Creates the deliveries of a notification, in its transaction. */
@Injectable()
export class NewDeliveries {
  constructor(
    private readonly outbox: Outbox,
    private readonly ends: DeliveryEnds,
    private readonly sealer: Sealer,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  async putIntoInbox(em: EntityManager, planned: PlannedDelivery, content: RenderedInbox): Promise<void> {
    const { id, userId, template, createdAt } = await this.insert(em, planned, 'inbox', null);
    await insertInboxNotification(em, this.sealer, { id, userId, template, content, createdAt });
    await this.ends.end(em, id, 'sent', null);
  }

  /** An address that nobody has proved to be theirs may be a stranger's. */
  async mail(
    em: EntityManager,
    planned: PlannedDelivery,
    { id: userId, email, emailVerified, displayName, locale }: DirectoryUser,
    payload: Omit<DeliveryPayload, 'to'>,
  ): Promise<void> {
    if (!emailVerified) {
      await this.suppress(em, planned, 'email', 'the email address is not verified');
      return;
    }
    const to = { userId, email, displayName, locale };
    const { id } = await this.insert(
      em,
      planned,
      'email',
      sealDelivery(this.sealer, planned.id, { to, ...payload }),
    );
    await this.outbox.appendTask(em, mailTask, id, userId);
  }

  /** Keeps a record of what isn't sent. @param reason shown to whoever sends it */
  async suppress(
    em: EntityManager,
    planned: PlannedDelivery,
    channel: ChannelName,
    reason: string,
  ): Promise<void> {
    const { id } = await this.insert(em, planned, channel, null);
    await this.ends.end(em, id, 'suppressed', reason);
  }

  private async insert(
    em: EntityManager,
    { id, notification }: PlannedDelivery,
    channel: ChannelName,
    sealed: string | null,
  ): Promise<NewDelivery> {
    const { id: notificationId, userId, template, createdAt } = notification;
    const delivery = {
      id,
      notificationId,
      userId,
      template,
      channel,
      sealed,
      messageId: messageIdOf(id, this.options.publicUrl),
      expiresAt: new Date(createdAt.getTime() + EXPIRES_MS),
      createdAt,
    };
    await insertDelivery(em, delivery);
    return delivery;
  }
}
