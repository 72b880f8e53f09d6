import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { type RebuildRecipients, rebuildRecipients } from './rebuild-recipients.job.js';
import { RecipientRebuildRuns } from './recipient-rebuild-runs.js';

@ProcessesJob(rebuildRecipients)
export class RebuildRecipientsProcessor implements JobProcessor<RebuildRecipients> {
  constructor(private readonly runs: RecipientRebuildRuns) {}

  async process({ rebuildId }: RebuildRecipients, { signal }: JobContext): Promise<void> {
    await this.runs.run(rebuildId, signal);
  }
}
