import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { type Cause, Outbox } from '#libs/messaging';
import {
  DeliveryEnds,
  insertDeliveries,
  insertNotifications,
  type NotificationRow,
  stateOfNew,
} from '../deliveries/index.js';
import { InboxChanges, insertInboxNotifications } from '../inbox/index.js';
import { NewDeliveries, type PlannedDelivery } from './new-deliveries.js';
import { type NotificationReport, reportOf } from './notification-report.js';
import { wishesOf } from './recipient-wishes.js';
import type { Release, Suppressed } from './release.js';

/** A notification that has become deliveries. */
interface Released {
  readonly notification: NotificationRow;
  readonly planned: readonly PlannedDelivery[];
  readonly cause: Cause | undefined;
}

/** Turns notifications into deliveries. */
@Injectable()
export class NotificationRelease {
  constructor(
    private readonly deliveries: NewDeliveries,
    private readonly ends: DeliveryEnds,
    private readonly outbox: Outbox,
    private readonly inboxChanges: InboxChanges,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores notifications with their deliveries, and updates those that were stored when they were scheduled. Call it
   * after `lockRecipients`, and `announce` after its transaction.
   * @returns what has become of each, in the order of the releases
   */
  async release(em: EntityManager, releases: readonly Release[]): Promise<NotificationReport[]> {
    if (releases.length === 0) {
      return [];
    }
    const wishes = await wishesOf(em, releases, this.clock.now());
    const released: Released[] = [];
    for (const release of releases) {
      released.push(
        withDeliveries(release, await this.deliveries.plan(em, release, wishes(release.user.id))),
      );
    }
    return this.store(em, released);
  }

  /** Like `release`, for notifications of which nothing is sent. */
  async suppress(em: EntityManager, suppressed: readonly Suppressed[]): Promise<NotificationReport[]> {
    return this.store(
      em,
      suppressed.map((each) => withDeliveries(each, this.deliveries.suppress(each))),
    );
  }

  /** Lets open streams know what has come into an inbox. */
  announce({ user, inbox }: Pick<Release, 'user' | 'inbox'>): void {
    if (inbox) {
      this.inboxChanges.publish(user.id);
    }
  }

  private async store(em: EntityManager, released: readonly Released[]): Promise<NotificationReport[]> {
    if (released.length === 0) {
      return [];
    }
    const planned = released.flatMap((each) => each.planned);
    const inbox = planned.flatMap((each) => each.inbox ?? []);
    const notifications = released.map(({ notification }) => notification);
    await insertNotifications(em, notifications);
    await insertDeliveries(
      em,
      planned.map(({ delivery }) => delivery),
    );
    if (inbox.length > 0) {
      await insertInboxNotifications(em, this.sealer, inbox);
    }
    await this.outbox.appendTasks(
      em,
      planned.flatMap(({ task }) => task ?? []),
    );
    await this.ends.announce(em, released.flatMap(endedOf));
    return released.map((each) => reportOf(each.notification, each.planned.map(asStored)));
  }
}

function withDeliveries(
  { notification, cause }: Pick<Release, 'notification' | 'cause'>,
  planned: readonly PlannedDelivery[],
): Released {
  const deliveryIds = planned.map(({ delivery }) => delivery.id);
  return { notification: { ...notification, deliveryIds }, planned, cause };
}

/** The deliveries that have ended already. */
function endedOf({ notification, planned, cause }: Released) {
  return planned.flatMap(({ delivery: { id, userId, template, channel, ended } }) =>
    ended
      ? [{ id, userId, notificationId: notification.id, template, channel, task: null, ...ended, cause }]
      : [],
  );
}

function asStored({ delivery }: PlannedDelivery) {
  const { id, channel } = delivery;
  return { id, channel, ...stateOfNew(delivery), tries: [], feedback: null, feedbackReason: null };
}
