import { defineTransferJob, defineTransferTask } from '../transfer-job.js';

export const exportAccount = defineTransferJob('export-account', { concurrency: 2, timeoutMs: 600_000 });
export const accountExportTask = defineTransferTask(exportAccount);
