export {
  JobError,
  JobInterruptedError,
  JobTimeoutError,
  PostponeJobError,
  toLoggableError,
  UnrecoverableJobError,
} from './job-errors.js';
export { type JobContext, type JobProcessor, ProcessesJob } from './job-processor.js';
export {
  type Backoff,
  type JobDefinition,
  type JobName,
  type JobPayload,
  type JobTable,
  type Retention,
  type Stalled,
  Tick,
} from './job-table.js';
export { InvalidPayloadError, parsePayload } from './payload.js';
export { ProcessorDiscovery } from './processor-discovery.js';
export { assignProcessors } from './processor-lookup.js';
