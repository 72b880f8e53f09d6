import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { ImportRuns } from './import-runs.service.js';
import type { TransferReference } from '../transfer-job.js';
import { importUsers } from './import-users.job.js';

@ProcessesJob(importUsers)
export class ImportUsersProcessor implements JobProcessor<TransferReference> {
  constructor(private readonly runs: ImportRuns) {}

  async process({ transferId }: TransferReference, { signal }: JobContext): Promise<void> {
    await this.runs.run(transferId, signal);
  }
}
