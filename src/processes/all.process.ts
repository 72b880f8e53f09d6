import 'reflect-metadata';
import { ApiModule } from './api.module.js';
import type { Beginning } from './lifetime.js';
import { NotificationsServiceModule } from './notifications.module.js';
import type { Started } from './run.js';
import { serve } from './serve.js';
import { WorkerModule } from './worker.module.js';

/** Starts every role in one process. */
export function start(beginning: Beginning): Promise<Started> {
  return serve(beginning, ApiModule, WorkerModule, NotificationsServiceModule);
}
