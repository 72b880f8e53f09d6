import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Job } from './define-job.js';

/** What a run knows about itself. */
export interface JobContext {
  /** Fires when the time is up or the process has to stop; cancel what the run waits for. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  readonly jobId: string;
  /** Whether it was a dead letter that someone has put back on its queue. */
  readonly revived: boolean;
}

export interface JobProcessor<P extends object = object> {
  /** Jobs are delivered at least once: running it again must have no further effect. */
  process(payload: P, context: JobContext): Promise<void>;
}

export const Processes = DiscoveryService.createDecorator<Job>();

/** Marks the class that runs this job. */
export function ProcessesJob<P extends object>(job: Job<P>): (target: Type<JobProcessor<P>>) => void {
  return applyDecorators(Injectable(), Processes(job));
}
