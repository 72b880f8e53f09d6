import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { AccountDirectory } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { findNotification, type Notification } from '../deliveries/index.js';
import { lockRecipient } from '../recipients/index.js';
import { keepVersion, PublishedTemplates } from '../templates/index.js';
import { deliverTask } from './deliver-notification.job.js';
import { NotificationRelease } from './notification-release.js';
import { NotificationRenderer } from './notification-renderer.js';
import type { InboxText, NotificationContent } from './release.js';
import type { ScheduledNotification } from './scheduled-notification.entity.js';
import {
  deleteScheduled,
  findScheduled,
  type ScheduledContent,
  scheduledContent,
} from './scheduled-notification.repository.js';

/** Sends notifications whose time has come. */
@Injectable()
export class ScheduledNotifications {
  constructor(
    private readonly database: Database,
    private readonly directory: AccountDirectory,
    private readonly templates: PublishedTemplates,
    private readonly renderer: NotificationRenderer,
    private readonly release: NotificationRelease,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
  ) {}

  /** Has no effect if it was canceled, or sent before. */
  async deliver(id: string): Promise<void> {
    const scheduled = await this.database.run((em) => findScheduled(em, id));
    if (!scheduled) {
      // An earlier release may have erased its recipient, and left the task.
      await this.database.run((em) => this.outbox.settle(em, deliverTask, id));
      return;
    }
    const content = scheduledContent(this.sealer, scheduled);
    // Who they are now, not when it was scheduled.
    const user = await this.directory.find(scheduled.userId);
    const version = await this.templates.byId(scheduled.templateVersion);
    if (!user || !version) {
      await this.suppress(scheduled, content, user ? 'the template was deleted' : 'the user was deleted');
      return;
    }
    const complete: NotificationContent = { ...content, version };
    let inbox: InboxText;
    try {
      inbox = this.renderer.render(complete, user);
    } catch (error) {
      await this.suppress(scheduled, content, `it could not be rendered: ${(error as Error).message}`);
      return;
    }
    await this.end(scheduled, (em, notification) =>
      this.release.release(em, [{ notification, content: complete, user, inbox }]),
    );
    this.release.announce({ user, inbox });
  }

  private suppress(
    scheduled: ScheduledNotification,
    { channels }: ScheduledContent,
    reason: string,
  ): Promise<void> {
    return this.end(scheduled, (em, notification) =>
      this.release.suppress(em, [{ notification, channels, reason }]),
    );
  }

  /** In one transaction, so that it's sent once, whatever happens. */
  private async end(
    { id, userId, templateVersion }: ScheduledNotification,
    deliver: (em: EntityManager, notification: Notification) => Promise<unknown>,
  ): Promise<void> {
    await this.database.transaction(async (em) => {
      await lockRecipient(em, userId);
      const notification = await findNotification(em, id, null);
      if (notification && (await deleteScheduled(em, id))) {
        await deliver(em, notification);
        await keepVersion(em, templateVersion, this.clock.now());
        await this.outbox.settle(em, deliverTask, id);
      }
    });
  }
}
