export { JobRunnerModule } from './job-runner.module.js';
export { QueueDrain } from './queue-drain.js';
export { QueueModule } from './queue.module.js';
export { Queues } from './queues.js';
export { JOBS } from './tokens.js';
