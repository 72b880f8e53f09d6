import { type JobContext, type JobProcessor, ProcessesJob, type Tick } from '#libs/jobs';
import { RecipientUpkeep } from './recipient-upkeep.js';
import { refreshRecipients } from './refresh-recipients.job.js';

@ProcessesJob(refreshRecipients)
export class RefreshRecipientsProcessor implements JobProcessor<Tick> {
  constructor(private readonly upkeep: RecipientUpkeep) {}

  async process(_tick: Tick, { signal }: JobContext): Promise<void> {
    await this.upkeep.keep(signal);
  }
}
