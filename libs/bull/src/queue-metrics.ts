import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { within } from '#libs/lifecycle';
import { coalesce, countFromZero } from '#libs/telemetry';
import { Queues } from './queues.js';

/** A frozen Redis must not block a scrape. Queue depths are then omitted. */
const COLLECT_WITHIN_MS = 500;

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

const OUTCOMES = ['completed', 'retried', 'dead'] as const;

export type JobOutcome = (typeof OUTCOMES)[number];

interface Depth {
  readonly queue: string;
  readonly isPaused: boolean;
  readonly counts: readonly number[];
  readonly oldestAgeSeconds: number;
}

/** Metrics of jobs: queue depth, duration and outcome. A scrape takes as long however many jobs there are. */
@Injectable()
export class QueueMetrics {
  private readonly durations: Histogram<'queue' | 'outcome'>;
  private readonly outcomes: Counter<'queue' | 'outcome'>;
  private readonly depth: Gauge<'queue' | 'state'>;
  private readonly oldest: Gauge<'queue'>;
  private readonly paused: Gauge<'queue'>;
  /** All gauges are collected in the same scrape, so they share one round trip to Redis. */
  private readonly measureOnce = coalesce(() => within(COLLECT_WITHIN_MS, this.measure()));

  constructor(
    private readonly queues: Queues,
    registry: Registry,
  ) {
    const registers = [registry];
    this.durations = new Histogram({
      name: 'gatehouse_job_duration_seconds',
      help: 'Duration of job runs.',
      labelNames: ['queue', 'outcome'],
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90],
      registers,
    });
    this.outcomes = new Counter({
      name: 'gatehouse_job_runs_total',
      help: 'Job runs by outcome: completed, retried (failed, will run again), dead (failed for good).',
      labelNames: ['queue', 'outcome'],
      registers,
    });
    const collect = (): Promise<void> => this.collect();
    this.depth = new Gauge({
      name: 'gatehouse_queue_jobs',
      help: 'Jobs in a queue by state. Failed jobs are dead letters.',
      labelNames: ['queue', 'state'],
      registers,
      collect,
    });
    this.oldest = new Gauge({
      name: 'gatehouse_queue_oldest_waiting_seconds',
      help: 'Time since the next job in a queue was enqueued or last tried; 0 if none is waiting.',
      labelNames: ['queue'],
      registers,
      collect,
    });
    this.paused = new Gauge({
      name: 'gatehouse_queue_paused',
      help: '1 while a queue is paused in all processes, by someone in the job console.',
      labelNames: ['queue'],
      registers,
      collect,
    });
    this.startAtZero();
  }

  /** @returns a function to call with the outcome when the run ends */
  startRun(queue: string): (outcome: JobOutcome) => void {
    const startedAt = performance.now();
    return (outcome) => {
      this.durations.observe({ queue, outcome }, (performance.now() - startedAt) / 1_000);
      this.outcomes.inc({ queue, outcome });
    };
  }

  /** Creates every series at zero, because Prometheus's `increase` doesn't see the first increment of a new series. */
  private startAtZero(): void {
    for (const [queue] of this.queues.entries()) {
      countFromZero(
        this.outcomes,
        OUTCOMES.map((outcome) => ({ queue, outcome })),
      );
    }
  }

  private async collect(): Promise<void> {
    const depths = await this.measureOnce();
    this.depth.reset();
    this.oldest.reset();
    this.paused.reset();
    for (const { queue, isPaused, counts, oldestAgeSeconds } of depths ?? []) {
      STATES.forEach((state, index) => {
        this.depth.set({ queue, state }, counts[index] ?? 0);
      });
      this.oldest.set({ queue }, oldestAgeSeconds);
      this.paused.set({ queue }, Number(isPaused));
    }
  }

  private measure(): Promise<Depth[]> {
    const { client } = this.queues.connections;
    return Promise.all(
      this.queues.entries().map(async ([name, queue]) => {
        const key = (part: string): string => queue.toKey(part);
        // While a queue is paused, its waiting jobs are in another list.
        const [isPaused, next, pausedNext, waiting, paused, ...others] = await Promise.all([
          client.exists(key('meta-paused')),
          client.lindex(key('wait'), -1),
          client.lindex(key('paused'), -1),
          client.llen(key('wait')),
          client.llen(key('paused')),
          client.llen(key('active')),
          client.zcard(key('delayed')),
          client.zcard(key('failed')),
        ]);
        // A retried or revived job hasn't been waiting since it was first enqueued, so use its last timestamp.
        const oldest = next ?? pausedNext;
        const times =
          oldest === null ? [] : await client.hmget(key(oldest), 'timestamp', 'processedOn', 'retriedOn');
        const since = Math.max(0, ...times.map(Number));
        const oldestAgeSeconds = since === 0 ? 0 : Math.max(0, (Date.now() - since) / 1_000);
        const counts = [waiting + paused, ...others];
        return { queue: name, isPaused: isPaused === 1, counts, oldestAgeSeconds };
      }),
    );
  }
}
