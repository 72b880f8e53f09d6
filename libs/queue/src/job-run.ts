import { Logger } from '@nestjs/common';
import type { Job } from 'bull';
import { JobTimeoutError, storable, UnrecoverableJobError } from './job-errors.js';
import type { JobProcessor } from './job-processor.js';
import type { JobDefinition } from './job-table.js';
import { traceRun } from './job-trace.js';
import { parsePayload } from './payload.js';
import type { JobOutcome, QueueMetrics } from './queue-metrics.js';

const logger = new Logger('Job');

/** What all runs of one job have in common. */
export interface RunSetup {
  readonly name: string;
  readonly definition: JobDefinition;
  readonly processor: JobProcessor;
  readonly metrics: QueueMetrics;
  /** Fires when the process can not wait for its runs any longer. */
  readonly stopping: AbortSignal;
}

/** What Bull's types leave out. */
interface RetriedJob extends Job {
  readonly retriedOn?: number;
}

/** Runs one attempt. @throws JobError fit to be stored, which Bull turns into a retry or a dead letter */
export function runJob(setup: RunSetup, job: Job): Promise<void> {
  return traceRun(setup.name, job, () => run(setup, job));
}

async function run(setup: RunSetup, job: Job): Promise<void> {
  const { name, definition, metrics } = setup;
  const stopTimer = metrics.startRun(name);
  const attempt = job.attemptsMade + 1;
  try {
    await processInTime(setup, job, attempt);
    stopTimer('completed');
  } catch (error) {
    const failure = storable(error);
    if (failure instanceof UnrecoverableJobError) {
      await job.discard();
    }
    const isOver = failure instanceof UnrecoverableJobError || attempt >= (job.opts.attempts ?? 1);
    const outcome: JobOutcome = isOver ? 'dead' : 'retried';
    stopTimer(outcome);
    const line = `job ${name} ${String(job.id)} failed (attempt ${String(attempt)} of ${String(definition.attempts)})`;
    if (isOver) {
      logger.error(
        `${line} and was kept as a dead letter: ${failure.name}: ${failure.message}`,
        failure.stack,
      );
    } else {
      logger.warn(`${line} and will be retried: ${failure.name}: ${failure.message}`);
    }
    throw failure;
  }
}

async function processInTime(setup: RunSetup, job: Job, attempt: number): Promise<void> {
  const { definition, processor, stopping } = setup;
  const payload = parsePayload(definition.payload, job.data);
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new JobTimeoutError(`timed out after ${String(definition.timeoutMs)} ms`));
  }, definition.timeoutMs);
  const stop = (): void => {
    limit.abort(stopping.reason);
  };
  stopping.addEventListener('abort', stop);
  try {
    // A processor that ignores its signal must not hold the queue: the race ends the run for it.
    await Promise.race([
      rejectOnAbort(limit.signal),
      processor.process(payload, {
        signal: limit.signal,
        attempt,
        jobId: String(job.id),
        revived: (job as RetriedJob).retriedOn !== undefined,
      }),
    ]);
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', stop);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
