import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { ExportRuns } from './export-runs.service.js';
import { type ExportUsers, exportUsers } from './export-users.job.js';

@ProcessesJob(exportUsers)
export class ExportUsersProcessor implements JobProcessor<ExportUsers> {
  constructor(private readonly runs: ExportRuns) {}

  async process({ transferId }: ExportUsers, { signal }: JobContext): Promise<void> {
    await this.runs.run(transferId, signal);
  }
}
