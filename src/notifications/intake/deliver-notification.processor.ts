import { type JobProcessor, ProcessesJob } from '#libs/jobs';
import { type DeliverNotification, deliverNotification } from './deliver-notification.job.js';
import { ScheduledNotifications } from './scheduled-notifications.js';

@ProcessesJob(deliverNotification)
export class DeliverNotificationProcessor implements JobProcessor<DeliverNotification> {
  constructor(private readonly scheduled: ScheduledNotifications) {}

  async process({ notificationId }: DeliverNotification): Promise<void> {
    await this.scheduled.deliver(notificationId);
  }
}
