import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Outbox } from '#libs/messaging';
import {
  DeliveryEnds,
  type DeliveryPayload,
  EXPIRES_MS,
  insertDelivery,
  mailTask,
  messageIdOf,
  type NewDelivery,
  NOT_VERIFIED,
  type Notification,
  sealDelivery,
} from '../deliveries/index.js';
import { DigestCollector } from '../digests/index.js';
import { insertInboxNotification } from '../inbox/index.js';
import type { Digest } from '../preferences/index.js';
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
  /** What sends its email. */
  readonly task: typeof mailTask;
}

/** Creates the deliveries of a notification, in its transaction. */
@Injectable()
export class NewDeliveries {
  constructor(
    private readonly outbox: Outbox,
    private readonly ends: DeliveryEnds,
    private readonly digests: DigestCollector,
    private readonly sealer: Sealer,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
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
    { id: userId, email, emailVerified, displayName, locale, timezone }: DirectoryUser,
    payload: Required<Pick<DeliveryPayload, 'data' | 'templateVersion' | 'category'>>,
    digest: Digest | null,
  ): Promise<void> {
    if (!emailVerified) {
      await this.suppress(em, planned, NOT_VERIFIED);
      return;
    }
    const { id, at, task } = planned;
    const to = { userId, email, displayName, locale };
    const sealed = sealDelivery(this.sealer, id, { to, timezone, ...payload });
    if (digest) {
      const { category } = payload;
      const collected = { deliveryId: id, userId, category, timezone, at };
      await this.insert(em, planned, sealed, await this.digests.collect(em, collected, digest));
    } else {
      await this.insert(em, planned, sealed);
      await this.outbox.appendTask(em, task, id, userId);
    }
  }

  /** Keeps a record of what isn't sent. @param reason shown to whoever sends it */
  async suppress(em: EntityManager, planned: PlannedDelivery, reason: string): Promise<void> {
    const { id } = await this.insert(em, planned, null);
    await this.ends.end(em, id, 'suppressed', reason);
  }

  private async insert(
    em: EntityManager,
    { id, channel, notification, at, task }: PlannedDelivery,
    sealed: string | null,
    heldUntil?: Date,
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
      ...(task !== mailTask && { task: task.job.name }),
      ...(heldUntil && { heldUntil }),
      expiresAt: new Date((heldUntil ?? at).getTime() + EXPIRES_MS),
      createdAt: at,
    };
    await insertDelivery(em, delivery);
    return delivery;
  }
}
