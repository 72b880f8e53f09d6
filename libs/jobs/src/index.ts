export {
  type Backoff,
  defineHourlyJob,
  defineMinutelyJob,
  defineJob,
  defineScheduledJob,
  type Job,
  type JobOptions,
  loadedJobs,
  type Retention,
  Tick,
  TWO_DAYS_OF_RETRIES,
} from './define-job.js';
export { fullDelay } from './full-delay.js';
export {
  JobError,
  JobInterruptedError,
  JobTimeoutError,
  PostponeJobError,
  toLoggableError,
  UnrecoverableJobError,
} from './job-errors.js';
export { JobJournal } from './job-journal.js';
export { type JobContext, type JobProcessor, ProcessesJob } from './job-processor.js';
export { type EnqueueOptions, JobQueue } from './job-queue.js';
export { InvalidPayloadError, parsePayload } from './payload.js';
export { ProcessorDiscovery } from './processor-discovery.js';
export { assignProcessors, type RunnableJob } from './processor-lookup.js';
export { latestDue } from './schedule.js';
export {
  type JobCaller,
  type JobFilter,
  type JobPage,
  type JobTracker,
  TRACKED_JOB_STATES,
  type TrackedJob,
  type TrackedJobState,
  Tracks,
  TracksJobs,
} from './tracked-job.js';
