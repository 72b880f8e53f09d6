import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { AccountExportRuns } from './account-export-runs.service.js';
import type { TransferReference } from '../transfer-job.js';
import { exportAccount } from './export-account.job.js';

@ProcessesJob(exportAccount)
export class ExportAccountProcessor implements JobProcessor<TransferReference> {
  constructor(private readonly runs: AccountExportRuns) {}

  async process({ transferId }: TransferReference, { signal }: JobContext): Promise<void> {
    await this.runs.run(transferId, signal);
  }
}
