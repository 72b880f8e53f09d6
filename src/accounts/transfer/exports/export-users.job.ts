import { defineTransferJob, defineTransferTask } from '../transfer-job.js';

export const exportUsers = defineTransferJob('export-users');
export const exportTask = defineTransferTask(exportUsers);
