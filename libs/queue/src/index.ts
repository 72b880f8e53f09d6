export { DeadLetters, NotADeadLetterError } from './dead-letters.js';
export { JobError, PostponeJobError, UnrecoverableJobError } from './job-errors.js';
export { type JobContext, type JobProcessor, ProcessesJob } from './job-processor.js';
export { JobQueue } from './job-queue.js';
export { JobRunnerModule } from './job-runner.module.js';
export {
  type JobName,
  type JobPayload,
  type JobTable,
  type Retention,
  type Stalled,
  Tick,
} from './job-table.js';
export { InvalidPayloadError, parsePayload } from './payload.js';
export { QueueModule } from './queue.module.js';
export { Queues } from './queues.js';
export { JOB_TABLE } from './tokens.js';
