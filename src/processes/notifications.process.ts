import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import type { Beginning } from './lifetime.js';
import { NotificationsServiceModule } from './notifications.module.js';
import { work } from './work.js';

/** Starts the role `notifications`. */
export function start(beginning: Beginning): Promise<INestApplicationContext> {
  return work(beginning, NotificationsServiceModule);
}
