import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { ApiModule } from './api.module.js';
import type { Beginning } from './lifetime.js';
import { NotificationsServiceModule } from './notifications.module.js';
import { serve } from './serve.js';
import { WorkerModule } from './worker.module.js';

/** Starts every role in one process. */
export function start(beginning: Beginning): Promise<INestApplicationContext> {
  return serve(beginning, ApiModule, WorkerModule, NotificationsServiceModule);
}
