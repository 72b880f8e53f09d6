import { importTask, importUsers } from './imports/import-users.job.js';

const TASKS = { [importUsers.name]: importTask };

/** The task that does a transfer of this type. */
export function taskOf(type: string) {
  const task = TASKS[type];
  if (!task) {
    throw new Error(`there is no task for transfers of the type "${type}": add it to TASKS`);
  }
  return task;
}
