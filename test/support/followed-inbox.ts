import { EventSource } from 'eventsource';
import { hold } from './fixture.js';
import type { ApiClient } from './client.js';

interface FollowedNotification {
  readonly id: string;
  readonly title: string;
  readonly read: boolean;
}

/** A stream of an inbox, with the reconnecting client that browsers have. */
export class FollowedInbox {
  readonly notifications: FollowedNotification[] = [];
  readonly unread: number[] = [];
  lastEventId = '';
  /** The statuses of the attempts to connect, in order. */
  readonly statuses: number[] = [];

  private constructor(private readonly source: EventSource) {
    source.addEventListener('notification', ({ data }) => {
      this.notifications.push(JSON.parse(data as string) as FollowedNotification);
    });
    source.addEventListener('unread-count', ({ data, lastEventId }) => {
      this.lastEventId = lastEventId;
      this.unread.push((JSON.parse(data as string) as { unread: number }).unread);
    });
  }

  /** Ends with the test, or with the suite. */
  static open(user: ApiClient): Promise<FollowedInbox> {
    const followed: FollowedInbox = new FollowedInbox(
      new EventSource(`${user.url}/v2/users/me/notifications/stream`, {
        fetch: async (url, init) => {
          const response = await fetch(url, { ...init, headers: { ...user.headers, ...init.headers } });
          followed.statuses.push(response.status);
          return response;
        },
      }),
    );
    return hold(Promise.resolve(followed), ({ source }) => Promise.resolve(source.close()));
  }

  get titles(): readonly string[] {
    return this.notifications.map(({ title }) => title);
  }

  get isOpen(): boolean {
    return this.source.readyState === this.source.OPEN;
  }
}
