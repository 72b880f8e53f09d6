import type { Type } from '@nestjs/common';
import type { Job, Tick } from '#libs/jobs';
import { type Purge, PurgedBy } from '#libs/purge';
import { IdempotencyStore } from './idempotency.store.js';

/** Deletes the expired keys of a service. @param job the service's hourly purge */
export function idempotencyKeysPurge(job: Job<Tick>): Type<Purge> {
  @PurgedBy(job)
  class IdempotencyKeysPurge implements Purge {
    constructor(private readonly keys: IdempotencyStore) {}

    purge(signal: AbortSignal): Promise<number> {
      return this.keys.purge(signal);
    }
  }
  return IdempotencyKeysPurge;
}
