import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { ImportRuns } from './import-runs.service.js';
import { type ImportUsers, importUsers } from './import-users.job.js';

@ProcessesJob(importUsers)
export class ImportUsersProcessor implements JobProcessor<ImportUsers> {
  constructor(private readonly runs: ImportRuns) {}

  async process({ transferId }: ImportUsers, { signal }: JobContext): Promise<void> {
    await this.runs.run(transferId, signal);
  }
}
