import type { Job } from './define-job.js';

export interface EnqueueOptions {
  /** While a job with this id waits, runs or is kept, enqueuing it again changes nothing. */
  readonly jobId?: string;
}

/** Where jobs are enqueued. */
export abstract class JobQueue {
  /** Whether Redis accepts jobs at the moment. */
  abstract get isReady(): boolean;

  /**
   * @returns the job's id
   * @throws InvalidPayloadError; Error when Redis does not accept the job within a few seconds
   */
  abstract enqueue<P extends object>(job: Job<P>, payload: P, options?: EnqueueOptions): Promise<string>;
}
