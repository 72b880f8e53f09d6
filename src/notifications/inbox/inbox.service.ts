import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import type { RenderedInbox } from '../templates/index.js';
import { InboxChanges } from './inbox-changes.js';
import type { InboxNotification } from './inbox-notification.entity.js';
import { inboxNotificationNotFound } from './inbox.errors.js';
import {
  contentOf,
  countInbox,
  findInbox,
  findInboxAfter,
  findInboxNotification,
  type InboxFilter,
  markAllRead,
} from './inbox.repository.js';

/** A notification in the app, as its owner sees it. */
export interface InboxItem extends RenderedInbox {
  readonly id: string;
  readonly template: string;
  readonly readAt: Date | null;
  readonly archivedAt: Date | null;
  readonly createdAt: Date;
}

/** What has happened in an inbox since a position. */
export interface InboxNews {
  readonly items: readonly (InboxItem & { readonly position: number })[];
  /** Whether there may be more after these. */
  readonly isPartial: boolean;
  readonly unread: number;
}

export interface InboxChange {
  readonly read?: boolean | undefined;
  readonly archived?: boolean | undefined;
}

/** How many notifications are read at once. */
const MAX_NEWS = 20;
const UNREAD: InboxFilter = { archived: false, unread: true };

/** The notifications of users in the app. */
@Injectable()
export class InboxService {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly changes: InboxChanges,
  ) {}

  /** Newest first. */
  list(
    userId: string,
    filter: InboxFilter,
    page: PageRequest,
    withTotal: boolean,
  ): Promise<Slice<InboxItem>> {
    return this.database.run(async (em) => {
      const { items, ...slice } = sliceOf(await findInbox(em, userId, filter, page), page);
      return {
        ...slice,
        items: items.map((item) => this.opened(item)),
        ...(withTotal ? { total: await countInbox(em, userId, filter) } : {}),
      };
    });
  }

  countUnread(userId: string): Promise<number> {
    return this.database.run((em) => countInbox(em, userId, UNREAD));
  }

  /** What has arrived after a position, up to a limit. */
  news(userId: string, after: number): Promise<InboxNews> {
    return this.database.run(async (em) => {
      const found = await findInboxAfter(em, userId, after, MAX_NEWS);
      return {
        items: found.map((item) => ({ ...this.opened(item), position: item.position })),
        isPartial: found.length === MAX_NEWS,
        unread: await countInbox(em, userId, UNREAD),
      };
    });
  }

  /** Marks as read or unread, and archives or takes back. @throws Problem `inbox-notification-not-found` */
  async change(userId: string, id: string, { read, archived }: InboxChange): Promise<InboxItem> {
    const changed = await this.database.transaction(async (em) => {
      const found = await findInboxNotification(em, userId, id);
      if (!found) {
        throw inboxNotificationNotFound();
      }
      const now = this.clock.now();
      if (read !== undefined) {
        found.readAt = read ? (found.readAt ?? now) : null;
      }
      if (archived !== undefined) {
        found.archivedAt = archived ? (found.archivedAt ?? now) : null;
      }
      await em.flush();
      return this.opened(found);
    });
    this.changes.publish(userId);
    return changed;
  }

  /** Marks all that aren't archived as read. */
  async readAll(userId: string): Promise<void> {
    await this.database.run((em) => markAllRead(em, userId, this.clock.now()));
    this.changes.publish(userId);
  }

  private opened(item: InboxNotification): InboxItem {
    const { id, template, readAt, archivedAt, createdAt } = item;
    return {
      id,
      template,
      ...contentOf(this.sealer, item),
      readAt: readAt ?? null,
      archivedAt: archivedAt ?? null,
      createdAt,
    };
  }
}
