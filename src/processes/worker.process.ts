import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import type { Beginning } from './lifetime.js';
import { work } from './work.js';
import { WorkerModule } from './worker.module.js';

/** Starts the role `worker`. */
export function start(beginning: Beginning): Promise<INestApplicationContext> {
  return work(beginning, WorkerModule);
}
