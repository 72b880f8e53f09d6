import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { type BroadcastNotification, broadcastNotification } from './broadcast-notification.job.js';
import { BroadcastRuns } from './broadcast-runs.js';

@ProcessesJob(broadcastNotification)
export class BroadcastNotificationProcessor implements JobProcessor<BroadcastNotification> {
  constructor(private readonly runs: BroadcastRuns) {}

  async process({ broadcastId }: BroadcastNotification, { signal }: JobContext): Promise<void> {
    await this.runs.run(broadcastId, signal);
  }
}
