import 'reflect-metadata';
import { ApiModule } from './api.module.js';
import type { Beginning } from './lifetime.js';
import type { Started } from './run.js';
import { serve } from './serve.js';

/** Starts the role `api`. */
export function start(beginning: Beginning): Promise<Started> {
  return serve(beginning, ApiModule);
}
