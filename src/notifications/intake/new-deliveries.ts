import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppConfig } from '../../../config/index.js';
import { Clock, IdSource } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { Outbox, type PreparedTask } from '#libs/messaging';
import {
  EXPIRES_MS,
  messageIdOf,
  type NewDelivery,
  NOT_VERIFIED,
  sealDelivery,
  taskFor,
} from '../deliveries/index.js';
import { DigestCollector } from '../digests/index.js';
import type { NewInboxNotification } from '../inbox/index.js';
import { type Digest, digestOf, isWanted, turnedOff } from '../preferences/index.js';
import { NO_PHONE_NUMBER, NO_PUSH_SUBSCRIPTION } from '../recipients/index.js';
import { type ChannelName, TEMPLATE_OPTIONS, type TemplateOptions } from '../templates/index.js';
import type { RecipientWishes } from './recipient-wishes.js';
import type { Release, Suppressed } from './release.js';

/** A delivery of a notification, and what has to be stored with it. */
export interface PlannedDelivery {
  readonly delivery: NewDelivery;
  /** To send it, if something has to leave. */
  readonly task?: PreparedTask;
  readonly inbox?: NewInboxNotification;
}

/** One of the ways in which a notification reaches its recipient. */
interface Way {
  readonly id: string;
  readonly channel: ChannelName;
  readonly at: Date;
  /** The ID of the subscription, for a push notification. */
  readonly pushSubscriptionId?: string | undefined;
}

/** Decides which deliveries a notification has. */
@Injectable()
export class NewDeliveries {
  constructor(
    private readonly outbox: Outbox,
    private readonly digests: DigestCollector,
    private readonly sealer: Sealer,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** One for each channel, and on `push` for each browser, so that each has a state and attempts of its own. */
  async plan(em: EntityManager, release: Release, wishes: RecipientWishes): Promise<PlannedDelivery[]> {
    const at = this.clock.now();
    const planned: PlannedDelivery[] = [];
    for (const channel of release.content.channels) {
      const obstacle = this.obstacleOf(channel, release, wishes);
      const browsers = channel === 'push' && obstacle === null ? wishes.browsers : [undefined];
      for (const pushSubscriptionId of browsers) {
        const way = { id: this.ids.next(at), channel, at, pushSubscriptionId };
        planned.push(
          obstacle === null
            ? await this.planOne(em, release, wishes, way)
            : this.suppressed(release, way, obstacle),
        );
      }
    }
    return planned;
  }

  /** One for each channel, as a record of why nothing is sent. */
  suppress({ channels, reason, ...rest }: Suppressed): PlannedDelivery[] {
    const at = this.clock.now();
    return channels.map((channel) => this.suppressed(rest, { id: this.ids.next(at), channel, at }, reason));
  }

  /** Why nothing is sent on a channel, for whoever sends it. */
  private obstacleOf(
    channel: ChannelName,
    { user, content }: Release,
    { choices, browsers, hasPhone }: RecipientWishes,
  ): string | null {
    const { category } = content.version;
    if (!isWanted(choices, category, channel)) {
      return turnedOff(category);
    }
    switch (channel) {
      case 'email':
        return user.emailVerified ? null : NOT_VERIFIED;
      case 'sms':
        return this.config.smsUrl === null ? 'SMS_URL is not set' : hasPhone ? null : NO_PHONE_NUMBER;
      case 'push':
        return this.config.vapid === null
          ? 'VAPID_PRIVATE_KEY is not set'
          : browsers.length > 0
            ? null
            : NO_PUSH_SUBSCRIPTION;
      case 'inbox':
        return null;
    }
  }

  private planOne(
    em: EntityManager,
    release: Release,
    { choices }: RecipientWishes,
    way: Way,
  ): PlannedDelivery | Promise<PlannedDelivery> {
    const digest = way.channel === 'email' ? digestOf(choices, release.content.version.category) : null;
    return way.channel === 'inbox'
      ? this.putIntoInbox(release, way)
      : digest
        ? this.collect(em, release, way, digest)
        : this.send(release, way, way.channel);
  }

  private putIntoInbox(release: Release, way: Way): PlannedDelivery {
    const { user, inbox: content, notification } = release;
    const { id, at: createdAt } = way;
    const delivery = { ...this.base(release, way), ended: { state: 'sent', reason: null } } as const;
    const { template } = notification;
    return content
      ? { delivery, inbox: { id, userId: user.id, template, content, createdAt } }
      : this.suppressed(release, way, 'it says nothing in the inbox');
  }

  /** @param digest how the recipient wants to get it */
  private async collect(
    em: EntityManager,
    release: Release,
    way: Way,
    digest: Digest,
  ): Promise<PlannedDelivery> {
    const { id: userId, timezone } = release.user;
    const { category } = release.content.version;
    const collected = { deliveryId: way.id, userId, category, timezone, at: way.at };
    const heldUntil = await this.digests.collect(em, collected, digest);
    const base = this.base(release, way);
    const expiresAt = new Date(heldUntil.getTime() + EXPIRES_MS);
    return { delivery: { ...base, sealed: this.seal(release, way), heldUntil, expiresAt } };
  }

  private send(release: Release, way: Way, channel: 'email' | 'sms' | 'push'): PlannedDelivery {
    const { isOfBroadcast = false, user, cause } = release;
    const task = taskFor(channel, isOfBroadcast);
    return {
      delivery: { ...this.base(release, way), sealed: this.seal(release, way), task: task.job.name },
      task: this.outbox.prepareTask(task, way.id, { subject: user.id, ...(cause && { cause }) }),
    };
  }

  private seal({ user, content }: Release, { id, pushSubscriptionId }: Way): string {
    const { id: userId, email, displayName, locale, timezone } = user;
    const { version, data } = content;
    return sealDelivery(this.sealer, id, {
      to: { userId, email, displayName, locale },
      timezone,
      data,
      templateVersion: version.id,
      category: version.category,
      ...(pushSubscriptionId !== undefined && { pushSubscriptionId }),
    });
  }

  private suppressed(of: Pick<Release, 'notification'>, way: Way, reason: string): PlannedDelivery {
    return { delivery: { ...this.base(of, way), ended: { state: 'suppressed', reason } } };
  }

  private base({ notification }: Pick<Release, 'notification'>, { id, channel, at }: Way): NewDelivery {
    const { id: notificationId, userId, template } = notification;
    return {
      id,
      notificationId,
      userId,
      template,
      channel,
      sealed: null,
      messageId: messageIdOf(id, this.options.publicUrl),
      expiresAt: new Date(at.getTime() + EXPIRES_MS),
      createdAt: at,
    };
  }
}
