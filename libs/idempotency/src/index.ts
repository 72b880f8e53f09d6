export { IdempotencyKeyEntity } from './idempotency-key.entity.js';
export { Idempotent } from './idempotency.interceptor.js';
export { IdempotencyModule } from './idempotency.module.js';
export { IdempotencyStore } from './idempotency.store.js';
