export { idempotencyKeysPurge } from './idempotency-keys.purge.js';
export { IdempotencyModule } from './idempotency.module.js';
export { idempotencyKeyReused, idempotentRequestRunning } from './idempotency.problems.js';
export { IdempotencyStore } from './idempotency.store.js';
