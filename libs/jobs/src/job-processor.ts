import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';

/** What a run knows about itself. */
export interface JobContext {
  /** Fires when the time is up or the process has to stop; what the run waits for should be cancelled by it. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  readonly jobId: string;
  /** Whether it was a dead letter that a person has put back. */
  readonly revived: boolean;
}

export interface JobProcessor<P extends object = object> {
  /** Jobs are delivered at least once: the effect must be the same when it runs again. */
  process(payload: P, context: JobContext): Promise<void>;
}

export const PROCESSES_JOB = 'queue:processes-job';

/** Marks the class, a `JobProcessor`, that runs the jobs of this name. */
export function ProcessesJob(job: string): ClassDecorator {
  return applyDecorators(Injectable(), SetMetadata(PROCESSES_JOB, job));
}
