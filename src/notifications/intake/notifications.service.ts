import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { AccountDirectory, type DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { currentCause, Outbox } from '#libs/messaging';
import {
  CANCELED,
  DeliveryEnds,
  findDeliveriesOf,
  findNotification,
  insertNotifications,
  lockWaiting,
  type Notification,
} from '../deliveries/index.js';
import { findClosedAmong } from '../digests/index.js';
import { isErased, lockRecipient } from '../recipients/index.js';
import { deliverTask } from './deliver-notification.job.js';
import { NotificationBatches } from './notification-batches.js';
import { NotificationContents, refused } from './notification-contents.js';
import { NotificationRelease } from './notification-release.js';
import { NotificationRenderer } from './notification-renderer.js';
import { type NotificationReport, reportOf } from './notification-report.js';
import { type NewNotification, NotificationSender } from './notification-sender.js';
import {
  notificationNotCancelable,
  notificationNotFound,
  notificationNotRendered,
} from './notifications.errors.js';
import type { InboxText, NotificationContent, Release } from './release.js';
import {
  deleteScheduled,
  findScheduled,
  insertScheduled,
  scheduledContent,
} from './scheduled-notification.repository.js';

/** Sends notifications to users. */
@Injectable()
export class NotificationsService extends NotificationSender {
  constructor(
    private readonly database: Database,
    private readonly directory: AccountDirectory,
    private readonly contents: NotificationContents,
    private readonly renderer: NotificationRenderer,
    private readonly batches: NotificationBatches,
    private readonly release: NotificationRelease,
    private readonly ends: DeliveryEnds,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly keys: IdempotencyStore,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {
    super();
  }

  override async send(sentBy: string | null, given: NewNotification): Promise<NotificationReport> {
    const { template, recipient } = given;
    const sendAt = this.contents.laterThanNow(given.sendAt);
    const content = await this.contents.accept(given);
    const user = (await this.directory.find(recipient)) ?? refuseRecipient();
    const inbox = this.rendered(content, user);
    const createdAt = this.clock.now();
    const id = this.ids.next(createdAt);
    const notification = { id, userId: user.id, template, sentBy, sendAt, createdAt };
    if (sendAt) {
      return this.schedule(notification, content, sendAt);
    }
    const release = { notification, content, user, inbox, cause: currentCause() };
    const report = await this.batches.send({ ...release, keep: this.keys.keeper() });
    this.release.announce({ user, inbox });
    return report ?? refuseRecipient();
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

  override cancel(id: string, sentBy: string | null): Promise<NotificationReport> {
    return this.database.transaction(async (em) => {
      const notification = await findNotification(em, id, sentBy);
      if (!notification) {
        throw notificationNotFound();
      }
      await lockRecipient(em, notification.userId);
      // It may have been sent in the meantime.
      await em.refresh(notification);
      const unscheduled = await this.unschedule(em, notification);
      if (!unscheduled && !(await this.stop(em, notification))) {
        throw notificationNotCancelable();
      }
      return unscheduled ?? reportOf(notification, await findDeliveriesOf(em, notification));
    });
  }

  private schedule(
    notification: Release['notification'],
    { version, channels, data }: NotificationContent,
    sendAt: Date,
  ): Promise<NotificationReport> {
    const { id, userId } = notification;
    return this.database.transaction(async (em) => {
      await lockRecipient(em, userId);
      if (await isErased(em, userId)) {
        refuseRecipient();
      }
      await insertNotifications(em, [{ ...notification, deliveryIds: [] }]);
      const content = { channels, data };
      await insertScheduled(em, this.sealer, { id, userId, templateVersion: version.id, sendAt, content });
      await this.outbox.appendTask(em, deliverTask, id, userId, sendAt);
      const report = reportOf(notification, []);
      await this.keys.keep(em, report);
      return report;
    });
  }

  /** @returns undefined if it's no longer scheduled */
  private async unschedule(
    em: EntityManager,
    notification: Notification,
  ): Promise<NotificationReport | undefined> {
    const scheduled = await findScheduled(em, notification.id);
    if (!scheduled || !(await deleteScheduled(em, notification.id))) {
      return undefined;
    }
    const { channels } = scheduledContent(this.sealer, scheduled);
    const [report] = await this.release.suppress(em, [{ notification, channels, reason: CANCELED }]);
    await this.outbox.settle(em, deliverTask, notification.id);
    return report;
  }

  /** Stops what has not been sent and is not being sent. @returns whether there was anything */
  private async stop(em: EntityManager, { deliveryIds }: Notification): Promise<boolean> {
    const leaving = await findClosedAmong(em, deliveryIds);
    const waiting = (await lockWaiting(em, deliveryIds)).filter((id) => !leaving.includes(id));
    await this.ends.end(em, ...waiting.map((id) => ({ id, state: 'suppressed', reason: CANCELED }) as const));
    return waiting.length > 0;
  }

  /** @throws Problem `notification-not-rendered` */
  private rendered(content: NotificationContent, user: DirectoryUser): InboxText {
    try {
      return this.renderer.render(content, user);
    } catch (error) {
      const { message } = error as Error;
      throw notificationNotRendered({ errors: [{ pointer: '/data', code: 'rendering-failed', message }] });
    }
  }
}

function refuseRecipient(): never {
  throw refused('/recipient', 'unknown-user', 'is not the ID of a user');
}
