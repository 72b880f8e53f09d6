import type { GivenContent } from './notification-contents.js';
import type { NotificationReport } from './notification-report.js';

export interface NewNotification extends GivenContent {
  /** The ID of a user. */
  readonly recipient: string;
  /** Undefined for at once, as is a time in the past. */
  readonly sendAt: Date | undefined;
}

/** Sends notifications to users, in this process or in another one. */
export abstract class NotificationSender {
  /**
   * Accepts a notification. What has to leave the process does so later, in a job.
   * @param sentBy the ID of the user who sends it, or whose API key does. Null for a service.
   * @throws Problem `invalid-input`, `notification-not-rendered`
   */
  abstract send(sentBy: string | null, given: NewNotification): Promise<NotificationReport>;

  /**
   * @param sentBy who asks. Null for a service, which may see all.
   * @throws Problem `notification-not-found`, also if someone else sent it
   */
  abstract get(id: string, sentBy: string | null): Promise<NotificationReport>;

  /**
   * Stops what has not been sent yet.
   * @param sentBy as in `get`
   * @returns what became of it
   * @throws Problem `notification-not-found`; `notification-not-cancelable` if everything has been sent
   */
  abstract cancel(id: string, sentBy: string | null): Promise<NotificationReport>;
}
