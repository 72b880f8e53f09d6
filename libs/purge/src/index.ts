export { type Purge, PurgedBy } from './purge.js';
export { PurgeModule } from './purge.module.js';
