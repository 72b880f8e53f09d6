import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { within } from '#libs/lifecycle';
import { coalesce } from '#libs/telemetry';
import type { Backlog } from './outbox-rows.js';

/** An unresponsive PostgreSQL must not block a scrape. The metrics are then omitted. */
const COLLECT_WITHIN_MS = 500;

/** Metrics of each outbox: the number of unconfirmed messages and the age of the oldest. */
@Injectable()
export class OutboxMetrics {
  private readonly sources = new Map<string, () => Promise<Backlog>>();
  /** Both gauges are collected in the same scrape, so they share one query per outbox. */
  private readonly measure = coalesce(() =>
    Promise.all(
      [...this.sources].map(
        async ([schema, backlog]) => [schema, await within(COLLECT_WITHIN_MS, backlog())] as const,
      ),
    ),
  );

  constructor(registry: Registry) {
    this.gauge(
      registry,
      'gatehouse_outbox_messages',
      'Messages that are not confirmed yet.',
      ({ rows }) => rows,
    );
    this.gauge(
      registry,
      'gatehouse_outbox_oldest_seconds',
      'Age of the oldest message that is not confirmed yet; 0 if there is none.',
      ({ oldestAgeSeconds }) => oldestAgeSeconds,
    );
  }

  watch(schema: string, backlog: () => Promise<Backlog>): void {
    this.sources.set(schema, backlog);
  }

  private gauge(registry: Registry, name: string, help: string, value: (backlog: Backlog) => number): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: ['schema'],
      registers: [registry],
      collect: async () => {
        const backlogs = await this.measure();
        gauge.reset();
        for (const [schema, backlog] of backlogs) {
          if (backlog) {
            gauge.set({ schema }, value(backlog));
          }
        }
      },
    });
  }
}
