import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Job, Tick } from '#libs/jobs';

/** Removes what is no longer needed. */
export interface Purge {
  /**
   * Stops between batches when `signal` fires.
   * @returns how much is gone
   */
  purge(signal: AbortSignal): Promise<number>;
}

export const RunBy = DiscoveryService.createDecorator<Job<Tick>>();

/** Marks a `Purge` that this periodic job runs. */
export function PurgedBy(job: Job<Tick>): (target: Type<Purge>) => void {
  return applyDecorators(Injectable(), RunBy(job));
}
