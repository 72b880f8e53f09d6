import { IsUUID } from 'class-validator';
import { defineJob, TWO_DAYS_OF_RETRIES } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class DeliverNotification {
  @IsUUID() notificationId!: string;
}

/** Sends a notification whose time has come. */
export const deliverNotification = defineJob('deliver-notification', {
  payload: DeliverNotification,
  role: 'notifications',
  visibleFields: ['notificationId'],
  concurrency: 5,
  timeoutMs: 30_000,
  ...TWO_DAYS_OF_RETRIES,
});

/** Due when the notification is. Stays in the outbox until it has been sent or canceled. */
export const deliverTask = defineTask(deliverNotification, (notificationId) => ({ notificationId }));
