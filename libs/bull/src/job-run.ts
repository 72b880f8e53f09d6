import { Logger } from '@nestjs/common';
import type { Job as BullJob } from 'bull';
import {
  type Job,
  type JobProcessor,
  JobTimeoutError,
  parsePayload,
  toLoggableError,
  UnrecoverableJobError,
} from '#libs/jobs';
import { runInContext } from './job-context.js';
import type { JobOutcome, QueueMetrics } from './queue-metrics.js';

const logger = new Logger('Job');

/** Shared by all runs of a job. */
export interface RunSetup {
  readonly job: Job;
  readonly processor: JobProcessor;
  readonly metrics: QueueMetrics;
  /** Aborts when the process can no longer wait for its runs. */
  readonly stopping: AbortSignal;
}

/** Missing from Bull's types. */
interface RetriedJob extends BullJob {
  readonly retriedOn?: number;
}

/** Runs one attempt. @throws an error that is safe to store; Bull turns it into a retry or a dead letter */
export function runJob(setup: RunSetup, run: BullJob): Promise<void> {
  return runInContext(setup.job.name, run, () => attemptJob(setup, run));
}

async function attemptJob(setup: RunSetup, run: BullJob): Promise<void> {
  const { job, metrics } = setup;
  const stopTimer = metrics.startRun(job.name);
  const attempt = run.attemptsMade + 1;
  try {
    await processInTime(setup, run, attempt);
    stopTimer('completed');
  } catch (error) {
    const failure = toLoggableError(error);
    if (failure instanceof UnrecoverableJobError) {
      await run.discard();
    }
    const isOver = failure instanceof UnrecoverableJobError || attempt >= (run.opts.attempts ?? 1);
    const outcome: JobOutcome = isOver ? 'dead' : 'retried';
    stopTimer(outcome);
    const line = `job ${job.name} ${String(run.id)} failed (attempt ${String(attempt)} of ${String(job.attempts)})`;
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

async function processInTime(setup: RunSetup, run: BullJob, attempt: number): Promise<void> {
  const { job, processor, stopping } = setup;
  stopping.throwIfAborted();
  const payload = parsePayload(job.payload, run.data);
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new JobTimeoutError(`timed out after ${String(job.timeoutMs)} ms`));
  }, job.timeoutMs);
  const stop = (): void => {
    limit.abort(stopping.reason);
  };
  stopping.addEventListener('abort', stop);
  try {
    // A processor that ignores its signal must not block the queue, so the race ends the run.
    await Promise.race([
      rejectOnAbort(limit.signal),
      processor.process(payload, {
        signal: limit.signal,
        attempt,
        revived: (run as RetriedJob).retriedOn !== undefined,
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
