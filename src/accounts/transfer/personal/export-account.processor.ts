import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { AccountExportRuns } from './account-export-runs.service.js';
import { type ExportAccount, exportAccount } from './export-account.job.js';

@ProcessesJob(exportAccount)
export class ExportAccountProcessor implements JobProcessor<ExportAccount> {
  constructor(private readonly runs: AccountExportRuns) {}

  async process({ transferId }: ExportAccount, { signal }: JobContext): Promise<void> {
    await this.runs.run(transferId, signal);
  }
}
