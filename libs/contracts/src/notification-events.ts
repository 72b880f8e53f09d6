import { IsOptional, IsString, IsUUID } from 'class-validator';
import { defineEvent } from './define-event.js';

/** An event about a notification to the user who is its subject. */
export class NotificationEvent {
  @IsUUID() notificationId!: string;
  /** The name of its template. */
  @IsString() template!: string;
  @IsString() channel!: string;
  /** Why it failed, without anything that the receiver's server said. Null if it didn't, or if it expired. */
  @IsOptional() @IsString() reason!: string | null;
}

export const notificationDeliveredEvent = defineEvent(
  'notification.delivered',
  'The mail server accepted the email, or the notification is in the inbox.',
  NotificationEvent,
);
export const notificationFailedEvent = defineEvent(
  'notification.failed',
  'The mail server refused the email for good, or it could not be sent in time, or must not be.',
  NotificationEvent,
);
