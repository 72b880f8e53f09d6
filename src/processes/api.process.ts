import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { ApiModule } from './api.module.js';
import type { Beginning } from './lifetime.js';
import { serve } from './serve.js';

/** Starts the role `api`. */
export function start(beginning: Beginning): Promise<INestApplicationContext> {
  return serve(beginning, ApiModule);
}
