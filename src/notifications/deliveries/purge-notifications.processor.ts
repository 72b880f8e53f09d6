import { type JobContext, type JobProcessor, ProcessesJob, type Tick } from '#libs/jobs';
import { PurgeNotificationsService } from './purge-notifications.service.js';

@ProcessesJob('purge-notifications')
export class PurgeNotificationsProcessor implements JobProcessor<Tick> {
  constructor(private readonly notifications: PurgeNotificationsService) {}

  async process(_tick: Tick, { signal }: JobContext): Promise<void> {
    await this.notifications.purge(signal);
  }
}
