import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Job } from './define-job.js';

/** Information about a run. */
export interface JobContext {
  /** Aborts on timeout or when the process shuts down. Cancel pending work then. */
  readonly signal: AbortSignal;
  /** Starts at 1. */
  readonly attempt: number;
  /** Whether the job was a dead letter that someone put back on its queue. */
  readonly revived: boolean;
}

export interface JobProcessor<P extends object = object> {
  /** Runs the job. Jobs are delivered at least once, so running one again must have no further effect. */
  process(payload: P, context: JobContext): Promise<void>;
}

export const Processes = DiscoveryService.createDecorator<Job>();

/** Marks the class that runs this job. */
export function ProcessesJob<P extends object>(job: Job<P>): (target: Type<JobProcessor<P>>) => void {
  return applyDecorators(Injectable(), Processes(job));
}
