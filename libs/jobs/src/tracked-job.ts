import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

/** `completed`, `failed` and `canceled` are final. */
export const TRACKED_JOB_STATES = ['waiting', 'active', 'completed', 'failed', 'canceled'] as const;
export type TrackedJobState = (typeof TRACKED_JOB_STATES)[number];

/** Work that a request has started, and that whoever made it can follow. */
export interface TrackedJob {
  readonly id: string;
  /** What it does, in the imperative, such as `delete-account`. */
  readonly type: string;
  readonly state: TrackedJobState;
  /** The user who started it. */
  readonly ownerId: string;
  readonly createdAt: Date;
  /** When it starts, if that's not at once. */
  readonly startsAt: Date | null;
  /** The code of the problem why it failed. */
  readonly error: string | null;
}

/** Knows jobs of one or more types. */
export interface JobTracker {
  find(id: string): Promise<TrackedJob | null>;
}

export const Tracks = DiscoveryService.createDecorator<true>();

/** Marks a `JobTracker`, so that its jobs are among those of `GET /jobs/{id}`. */
export function TracksJobs(): (target: Type<JobTracker>) => void {
  return applyDecorators(Injectable(), Tracks(true));
}
