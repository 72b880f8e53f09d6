import { setImmediate } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import type { Redis } from 'ioredis';
import { inBackground, within } from '#libs/lifecycle';
import { DeadLetterRetention } from './dead-letter-retention.js';
import { JobInterruptedError, type RunnableJob } from '#libs/jobs';
import { type RunSetup, runJob } from './job-run.js';
import { QueueMetrics } from './queue-metrics.js';
import { Queues } from './queues.js';

/** How long runs may continue after SIGTERM. Then they are interrupted and retried elsewhere. */
const DRAIN_MS = 10_000;
/** How long interrupted runs have to clean up and Bull has to store their results. */
const CLEANUP_MS = 1_000;

/** Runs processors on their queues, and shuts them down gracefully. */
@Injectable()
export class JobRunner {
  private readonly logger = new Logger(JobRunner.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private readonly working: Queue[] = [];

  constructor(
    private readonly queues: Queues,
    private readonly metrics: QueueMetrics,
    private readonly deadLetters: DeadLetterRetention,
  ) {}

  start(runnable: readonly RunnableJob[]): void {
    this.deadLetters.start(runnable.map(({ job }) => job));
    for (const { job, processor } of runnable) {
      const { name, concurrency } = job;
      const setup: RunSetup = { job, processor, metrics: this.metrics, stopping: this.stopping.signal };
      const queue = this.queues.get(name);
      this.working.push(queue);
      // The promise stays pending while the queue is processed, and waits for Redis if it isn't up yet.
      queue
        .process(name, concurrency, (run) => this.track(inBackground(() => runJob(setup, run))))
        .catch((error: unknown) => {
          if (!this.stopping.signal.aborted) {
            this.logger.error(`the queue "${name}" is not being processed: ${String(error)}`);
          }
        });
    }
  }

  /** Which queues are not being worked on right now, as a sentence. Undefined if all are. */
  standstill(): string | undefined {
    const idle = this.working.filter((queue) => !isFetching(queue as BullInternals)).map(({ name }) => name);
    return idle.length > 0 ? `not being worked on: ${idle.join(', ')}` : undefined;
  }

  /** Stops fetching jobs. Running jobs continue. */
  stopFetching(): void {
    this.deadLetters.stop();
    this.working.forEach((queue) => {
      stopFetching(queue as BullInternals);
    });
  }

  /** Resolves when all runs have ended and Redis has stored it. Interrupts runs that take too long. */
  async drain(): Promise<void> {
    await within(DRAIN_MS, this.idle());
    if (this.running.size > 0) {
      this.logger.warn(`interrupting ${String(this.running.size)} jobs; they will be retried`);
    }
    this.stopping.abort(new JobInterruptedError('the process is shutting down'));
    await within(CLEANUP_MS, this.idle());
  }

  /** Runs may also start meanwhile: when one ends, Bull fetches the next job in the same command. */
  private async idle(): Promise<void> {
    do {
      await Promise.allSettled(this.running);
      await within(CLEANUP_MS, Promise.all(this.working.map((queue) => loopsEnd(queue as BullInternals))));
    } while (this.running.size > 0);
  }

  private track(run: Promise<void>): Promise<void> {
    this.running.add(run);
    const done = (): void => {
      this.running.delete(run);
    };
    run.then(done, done);
    return run;
  }
}

/** Bull's internals, missing from its types. */
interface BullInternals extends Queue {
  /** What each concurrent loop of a queue is working on. */
  readonly processing: Record<string, Promise<unknown>>;
  readonly bclient: Redis;
  /** Whether `bclient` has been created, which reading it would do. */
  readonly bclientInitialized?: boolean;
  /** Set while the queue is paused. Loops wait for it. */
  paused: Promise<void> | null;
  getNextJob(): Promise<never>;
}

/** A queue gets its blocking connection when everything else it needs has been set up. */
function isFetching(queue: BullInternals): boolean {
  return queue.bclientInitialized === true && queue.bclient.status === 'ready';
}

/**
 * Resolves when Redis has stored how the runs ended and no loop has a job any more. If Redis is down, the runs count as
 * stalled, and a loop that waits for a job may wait for ever.
 */
async function loopsEnd(queue: BullInternals): Promise<void> {
  let awaited: readonly unknown[];
  do {
    awaited = Object.values(queue.processing);
    await Promise.allSettled(awaited);
    // A loop goes on with its next job in the next tick.
    await setImmediate();
  } while (Object.values(queue.processing).some((loop) => !awaited.includes(loop)));
}

/**
 * Bull's own `pause` holds on to a job that a loop has already fetched. The job would count as stalled and only run
 * once its lock has expired. Instead, loops finish what they have and find no more jobs.
 */
function stopFetching(queue: BullInternals): void {
  queue.paused = Promise.resolve();
  queue.getNextJob = () => Promise.reject(new JobInterruptedError('the process is shutting down'));
  // Ends the blocking read for the next job.
  queue.bclient.disconnect();
}
