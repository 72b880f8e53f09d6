import type { Job } from './define-job.js';

export interface EnqueueOptions {
  /** While a job with this ID is waiting, running or kept, enqueueing it again has no effect. */
  readonly jobId?: string;
}

/** Enqueues jobs. */
export abstract class JobQueue {
  /** Whether Redis is currently accepting jobs. */
  abstract get isReady(): boolean;

  /**
   * @returns the job's ID
   * @throws InvalidPayloadError
   * @throws Error if Redis doesn't accept the job within a few seconds
   */
  abstract enqueue<P extends object>(job: Job<P>, payload: P, options?: EnqueueOptions): Promise<string>;
}
