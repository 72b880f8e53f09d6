/** Records what people do to jobs by hand. Implemented by the service that keeps such records. */
export abstract class JobJournal {
  /** Before the job goes on. */
  abstract retried(jobId: string): Promise<void>;
}
