import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

/** `completed`, `failed` and `canceled` are final. */
export const TRACKED_JOB_STATES = ['waiting', 'active', 'paused', 'completed', 'failed', 'canceled'] as const;
export type TrackedJobState = (typeof TRACKED_JOB_STATES)[number];

/** Work that a request has started, and that whoever made it can follow. */
export interface TrackedJob {
  readonly id: string;
  /** What it does, in the imperative, such as `delete-account`. */
  readonly type: string;
  readonly state: TrackedJobState;
  /** The user who started it. Null if it wasn't started for anyone to follow. */
  readonly ownerId: string | null;
  readonly createdAt: Date;
  /** When it starts, if that's not at once. */
  readonly startsAt: Date | null;
  readonly finishedAt: Date | null;
  /** How often a process has begun or resumed it. */
  readonly attempts: number;
  /** How much is done, in a unit of its own, if that's known. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** What has come of it so far. */
  readonly result: Readonly<Record<string, unknown>> | null;
  /** The code of the problem why it failed. */
  readonly error: string | null;
}

export interface JobFilter {
  readonly type?: string | undefined;
  readonly state?: TrackedJobState | undefined;
}

/** A page of jobs. Their IDs are in order of creation. Trackers return one job more than `limit`, newest first. */
export interface JobPage {
  readonly limit: number;
  readonly position: { readonly direction: 'after' | 'before'; readonly id: string } | null;
}

/** Who changes a job of someone else, and what they may do. */
export interface JobCaller {
  readonly userId: string;
  readonly roles: readonly string[];
  /** What an API key is limited to. */
  readonly permissions?: ReadonlySet<string>;
  /** Who acts as them, within their own permissions. */
  readonly impersonator?: { readonly roles: readonly string[] };
}

/** Knows all jobs of one or more types. A queue of that name does the work. */
export interface JobTracker {
  readonly types: readonly string[];
  find(id: string): Promise<TrackedJob | null>;
  /** In the order in which a page is read: away from its position. */
  list(filter: JobFilter, page: JobPage): Promise<TrackedJob[]>;
  count(filter: JobFilter): Promise<number>;
  /**
   * @returns false if the job is over, or can't be canceled any more
   * @throws Problem `forbidden` if this caller may not
   */
  cancel(id: string, caller: JobCaller): Promise<boolean>;
  /** Lets a failed job go on. @returns false if it can't */
  retry(id: string): Promise<boolean>;
  /** Stops a job until it's resumed. @returns false if it's over, paused, or can't be paused. Without it, none can. */
  pause?(id: string): Promise<boolean>;
  /** @returns false if it isn't paused */
  resume?(id: string): Promise<boolean>;
}

export const Tracks = DiscoveryService.createDecorator<true>();

/** Marks a `JobTracker`, so that its jobs are among those of `GET /jobs/{id}`. */
export function TracksJobs(): (target: Type<JobTracker>) => void {
  return applyDecorators(Injectable(), Tracks(true));
}
