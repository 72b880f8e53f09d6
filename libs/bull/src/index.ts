export { DeadLetters, NotADeadLetterError } from './dead-letters.js';
export { JobQueue } from './job-queue.js';
export { JobRunnerModule } from './job-runner.module.js';
export { QueueModule } from './queue.module.js';
export { Queues } from './queues.js';
export { JOB_TABLE } from './tokens.js';
