import { exportTask, exportUsers } from './exports/export-users.job.js';
import { importTask, importUsers } from './imports/import-users.job.js';
import { accountExportTask, exportAccount } from './personal/export-account.job.js';

/** What the types of transfers differ in. */
const KINDS = {
  [importUsers.name]: { task: importTask, isExport: false },
  [exportAccount.name]: { task: accountExportTask, isExport: true },
  [exportUsers.name]: { task: exportTask, isExport: true },
};

/** The types of all transfers. */
export const TRANSFER_TYPES = Object.keys(KINDS);

/** The task that does a transfer of this type, and whether it writes a file. */
export function kindOf(type: string) {
  const kind = KINDS[type];
  if (!kind) {
    throw new Error(`there is no task for transfers of the type "${type}": add it to KINDS`);
  }
  return kind;
}
