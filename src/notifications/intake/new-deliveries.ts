import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppConfig } from '../../../config/index.js';
import type { DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Outbox } from '#libs/messaging';
import {
  DeliveryEnds,
  type DeliveryPayload,
  EXPIRES_MS,
  insertDelivery,
  messageIdOf,
  type NewDelivery,
  NOT_VERIFIED,
  type Notification,
  sealDelivery,
  taskFor,
} from '../deliveries/index.js';
import { DigestCollector } from '../digests/index.js';
import { insertInboxNotification } from '../inbox/index.js';
import type { Digest } from '../preferences/index.js';
import { findPhoneNumber, NO_PHONE_NUMBER, NO_PUSH_SUBSCRIPTION } from '../recipients/index.js';
import {
  type ChannelName,
  type RenderedInbox,
  TEMPLATE_OPTIONS,
  type TemplateOptions,
} from '../templates/index.js';

/** One of the ways in which a notification reaches its recipient. */
export interface PlannedDelivery {
  readonly id: string;
  readonly channel: ChannelName;
  readonly notification: Notification;
  /** When the notification is sent. */
  readonly at: Date;
  readonly isOfBroadcast: boolean;
  /** The ID of the subscription, for a push notification. */
  readonly pushSubscriptionId?: string;
}

/** What is sent, and for push notifications to which browser. */
type Saying = Required<Pick<DeliveryPayload, 'data' | 'templateVersion' | 'category'>> &
  Pick<DeliveryPayload, 'pushSubscriptionId'>;

/** Creates the deliveries of a notification, in its transaction. */
@Injectable()
export class NewDeliveries {
  constructor(
    private readonly outbox: Outbox,
    private readonly ends: DeliveryEnds,
    private readonly digests: DigestCollector,
    private readonly sealer: Sealer,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
    private readonly config: AppConfig,
  ) {}

  async putIntoInbox(em: EntityManager, planned: PlannedDelivery, content: RenderedInbox): Promise<void> {
    const { id, userId, template, createdAt } = await this.insert(em, planned, null);
    await insertInboxNotification(em, this.sealer, { id, userId, template, content, createdAt });
    await this.ends.end(em, id, 'sent', null);
  }

  /** @param digest how the recipient wants to get it, if not at once */
  async mail(
    em: EntityManager,
    planned: PlannedDelivery,
    user: DirectoryUser,
    saying: Saying,
    digest: Digest | null,
  ): Promise<void> {
    const { id, at } = planned;
    if (!user.emailVerified) {
      await this.suppress(em, planned, NOT_VERIFIED);
    } else if (digest) {
      const { id: userId, timezone } = user;
      const collected = { deliveryId: id, userId, category: saying.category, timezone, at };
      const dueAt = await this.digests.collect(em, collected, digest);
      await this.insert(em, planned, this.seal(id, user, saying), { heldUntil: dueAt });
    } else {
      await this.send(em, planned, 'email', user, saying);
    }
  }

  async sms(em: EntityManager, planned: PlannedDelivery, user: DirectoryUser, saying: Saying): Promise<void> {
    if (this.config.smsUrl === null) {
      await this.suppress(em, planned, 'SMS_URL is not set');
    } else if ((await findPhoneNumber(em, this.sealer, user.id)) === null) {
      await this.suppress(em, planned, NO_PHONE_NUMBER);
    } else {
      await this.send(em, planned, 'sms', user, saying);
    }
  }

  async push(
    em: EntityManager,
    planned: PlannedDelivery,
    user: DirectoryUser,
    saying: Saying,
  ): Promise<void> {
    const { pushSubscriptionId } = planned;
    if (this.config.vapid === null) {
      await this.suppress(em, planned, 'VAPID_PRIVATE_KEY is not set');
    } else if (pushSubscriptionId === undefined) {
      await this.suppress(em, planned, NO_PUSH_SUBSCRIPTION);
    } else {
      await this.send(em, planned, 'push', user, { ...saying, pushSubscriptionId });
    }
  }

  /** Keeps a record of what isn't sent. @param reason shown to whoever sends it */
  async suppress(em: EntityManager, planned: PlannedDelivery, reason: string): Promise<void> {
    const { id } = await this.insert(em, planned, null);
    await this.ends.end(em, id, 'suppressed', reason);
  }

  /** Stores the delivery and the task to send it. */
  private async send(
    em: EntityManager,
    planned: PlannedDelivery,
    channel: 'email' | 'sms' | 'push',
    user: DirectoryUser,
    saying: Saying,
  ): Promise<void> {
    const { id, isOfBroadcast } = planned;
    const task = taskFor(channel, isOfBroadcast);
    await this.insert(em, planned, this.seal(id, user, saying), { task: task.job.name });
    await this.outbox.appendTask(em, task, id, user.id);
  }

  private seal(
    id: string,
    { id: userId, email, displayName, locale, timezone }: DirectoryUser,
    saying: Saying,
  ): string {
    return sealDelivery(this.sealer, id, { to: { userId, email, displayName, locale }, timezone, ...saying });
  }

  private async insert(
    em: EntityManager,
    { id, channel, notification, at }: PlannedDelivery,
    sealed: string | null,
    { task, heldUntil }: Pick<NewDelivery, 'task' | 'heldUntil'> = {},
  ): Promise<NewDelivery> {
    const { id: notificationId, userId, template } = notification;
    const delivery = {
      id,
      notificationId,
      userId,
      template,
      channel,
      sealed,
      messageId: messageIdOf(id, this.options.publicUrl),
      ...(task !== undefined && { task }),
      ...(heldUntil && { heldUntil }),
      expiresAt: new Date((heldUntil ?? at).getTime() + EXPIRES_MS),
      createdAt: at,
    };
    await insertDelivery(em, delivery);
    return delivery;
  }
}
