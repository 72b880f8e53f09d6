import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Job, Tick } from '#libs/jobs';

/** Deletes expired data. */
export interface Purge {
  /** Stops between batches if `signal` aborts. @returns the number of deleted items */
  purge(signal: AbortSignal): Promise<number>;
}

export const RunBy = DiscoveryService.createDecorator<Job<Tick>>();

/** Marks a `Purge` to be run by this periodic job. */
export function PurgedBy(job: Job<Tick>): (target: Type<Purge>) => void {
  return applyDecorators(Injectable(), RunBy(job));
}
