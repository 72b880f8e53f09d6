import { defineTransferJob, defineTransferTask } from '../transfer-job.js';

export const importUsers = defineTransferJob('import-users');
export const importTask = defineTransferTask(importUsers);
