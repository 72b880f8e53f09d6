import { Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import type { Redis } from 'ioredis';
import { within } from '#libs/lifecycle';
import { DeadLetterRetention } from './dead-letter-retention.js';
import { JobInterruptedError, type RunnableJob } from '#libs/jobs';
import { type RunSetup, runJob } from './job-run.js';
import { QueueMetrics } from './queue-metrics.js';
import { Queues } from './queues.js';

/** How long runs may go on after the process was told to stop; then they are interrupted and tried again elsewhere. */
const DRAIN_MS = 10_000;
/** How long interrupted runs have to clean up, and ended ones to be written down. */
const LAST_WORDS_MS = 1_000;

/** Lets processors work on their queues, and stops them so that nothing is cut off. */
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
      // The promise lasts as long as the queue is worked on, and waits for a Redis that is not there yet.
      queue
        .process(name, concurrency, (run) => this.track(runJob(setup, run)))
        .catch((error: unknown) => {
          if (!this.stopping.signal.aborted) {
            this.logger.error(`the queue "${name}" is not being processed: ${String(error)}`);
          }
        });
    }
  }

  /** Takes no more jobs; those that run go on. */
  stopTaking(): void {
    this.deadLetters.stop();
    this.working.forEach((queue) => {
      stopTaking(queue as BullInternals);
    });
  }

  /** Resolves when all runs have ended and Redis knows it; interrupts those that take too long. */
  async drain(): Promise<void> {
    await within(DRAIN_MS, Promise.allSettled(this.running));
    if (this.running.size > 0) {
      this.logger.warn(`interrupting ${String(this.running.size)} jobs; they will be retried`);
    }
    this.stopping.abort(new JobInterruptedError('the process is shutting down'));
    await within(LAST_WORDS_MS, this.settled());
  }

  private async settled(): Promise<void> {
    await Promise.allSettled(this.running);
    // Bull still has to write down how the runs ended, which fails while Redis is down: they then count as stalled.
    const loops = this.working.flatMap((queue) => Object.values((queue as BullInternals).processing));
    await Promise.allSettled(loops);
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

/** What Bull keeps to itself. */
interface BullInternals extends Queue {
  /** What each of the concurrent loops of a queue is busy with. */
  readonly processing: Record<string, Promise<unknown>>;
  readonly bclient: Redis;
  /** Set while no jobs are to be taken; loops wait for it. */
  paused: Promise<void> | null;
  getNextJob(): Promise<never>;
}

/**
 * Bull's own `pause` sits on a job that a loop has already fetched: it would count as stalled and run only when its
 * lock has lapsed. So the loops are let go on with what they have, and find nothing more.
 */
function stopTaking(queue: BullInternals): void {
  queue.paused = Promise.resolve();
  queue.getNextJob = () => Promise.reject(new JobInterruptedError('the process is shutting down'));
  // Ends the blocking read for the next job.
  queue.bclient.disconnect();
}
