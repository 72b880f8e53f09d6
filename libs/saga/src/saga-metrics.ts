import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Clock } from '#libs/clock';
import { within } from '#libs/lifecycle';
import { coalesce } from '#libs/telemetry';
import type { SagaCount } from './saga.js';
import { SagaTimers } from './saga-timers.js';

/** An unresponsive PostgreSQL must not block a scrape. The metrics are then omitted. */
const COLLECT_WITHIN_MS = 500;

/** Metrics of the sagas of a process: how many aren't over, by state, and how late the most overdue one is. */
@Injectable()
export class SagaMetrics {
  /** Both gauges are collected in the same scrape, so they share one query per saga. */
  private readonly measure = coalesce(() =>
    Promise.all(
      this.timers.find().map(async (saga) => [saga, await within(COLLECT_WITHIN_MS, saga.count())] as const),
    ),
  );

  constructor(
    private readonly timers: SagaTimers,
    private readonly clock: Clock,
    registry: Registry,
  ) {
    const running = new Gauge({
      name: 'gatehouse_sagas',
      help: "Sagas that aren't finished, by state.",
      labelNames: ['saga', 'state'],
      registers: [registry],
      collect: async () => {
        const measured = await this.measure();
        running.reset();
        for (const [{ name: saga, states }, counts] of measured) {
          const none = states.map((state) => ({ state, count: 0 }));
          for (const { state, count } of counts ? [...none, ...counts] : []) {
            running.set({ saga, state }, count);
          }
        }
      },
    });
    const overdue = new Gauge({
      name: 'gatehouse_sagas_overdue_seconds',
      help: 'How long ago the first saga should have continued; 0 if none is due.',
      labelNames: ['saga'],
      registers: [registry],
      collect: async () => {
        const measured = await this.measure();
        overdue.reset();
        for (const [{ name: saga }, counts] of measured) {
          if (counts) {
            overdue.set({ saga }, this.overdueOf(counts));
          }
        }
      },
    });
  }

  private overdueOf(counts: readonly SagaCount[]): number {
    const first = Math.min(...counts.map(({ wakeAt }) => wakeAt.getTime()));
    return Math.max(0, (this.clock.millis() - first) / 1000);
  }
}
