import type { DirectoryUser } from '#libs/contracts';
import type { JsonObject } from '#libs/json';
import type { Cause } from '#libs/messaging';
import type { NotificationRow } from '../deliveries/index.js';
import type { ChannelName, PublishedVersion, RenderedInbox } from '../templates/index.js';

/** What a notification says, and how. */
export interface NotificationContent {
  readonly version: PublishedVersion;
  readonly channels: readonly ChannelName[];
  readonly data: JsonObject;
}

/** What a notification says to its recipient in the app. Undefined if it isn't for that channel. */
export type InboxText = RenderedInbox | undefined;

/** A notification that becomes deliveries, because its time has come. */
export interface Release {
  readonly notification: Omit<NotificationRow, 'deliveryIds'>;
  readonly content: NotificationContent;
  readonly user: DirectoryUser;
  readonly inbox: InboxText;
  readonly isOfBroadcast?: boolean;
  /** By default, what is going on when it's released. */
  readonly cause?: Cause;
}

/** A notification of which nothing is sent. */
export interface Suppressed extends Pick<Release, 'notification' | 'cause'> {
  readonly channels: readonly ChannelName[];
  /** For whoever sends it. */
  readonly reason: string;
}
