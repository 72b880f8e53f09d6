import 'reflect-metadata';
import type { Beginning } from './lifetime.js';
import type { Started } from './run.js';
import { work } from './work.js';
import { WorkerModule } from './worker.module.js';

/** Starts the role `worker`. */
export function start(beginning: Beginning): Promise<Started> {
  return work(beginning, WorkerModule);
}
