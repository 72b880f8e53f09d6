import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { ExportRuns } from './export-runs.service.js';
import type { TransferReference } from '../transfer-job.js';
import { exportUsers } from './export-users.job.js';

@ProcessesJob(exportUsers)
export class ExportUsersProcessor implements JobProcessor<TransferReference> {
  constructor(private readonly runs: ExportRuns) {}

  async process({ transferId }: TransferReference, { signal }: JobContext): Promise<void> {
    await this.runs.run(transferId, signal);
  }
}
