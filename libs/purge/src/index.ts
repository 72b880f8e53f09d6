export { ExpiredRowsPurge } from './expired-rows.purge.js';
export { type Purge, PurgedBy } from './purge.js';
export { PurgeModule } from './purge.module.js';
