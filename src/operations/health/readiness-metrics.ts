import { Injectable } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import { Gauge, Registry } from 'prom-client';
import { within } from '#libs/lifecycle';
import { coalesce } from '#libs/telemetry';
import { HealthService } from './health.service.js';

/** Longer than the checks take at most, and far shorter than a scrape may. */
const COLLECT_WITHIN_MS = 3_000;

/** Tells Prometheus what the readiness probe would answer. */
@Injectable()
export class ReadinessMetrics {
  constructor(health: HealthService, registry: Registry) {
    const registers = [registry];
    // Both gauges ask during the same scrape: one look answers them.
    const look = coalesce(() => within(COLLECT_WITHIN_MS, health.ready()));
    const ready = new Gauge({
      name: 'gatehouse_ready',
      help: '1 if readiness would return 200; 0 while the process is starting, draining or missing something it needs.',
      registers,
      collect: async () => {
        ready.set((await look())?.status === 200 ? 1 : 0);
      },
    });
    const checks = new Gauge({
      name: 'gatehouse_check_up',
      help: '1 if a readiness check passes. redis can be 0 while the process is ready.',
      labelNames: ['check'],
      registers,
      collect: async () => {
        const results = resultsOf((await look())?.result);
        checks.reset();
        for (const [check, up] of results) {
          checks.set({ check }, up ? 1 : 0);
        }
      },
    });
  }
}

function resultsOf(result: HealthCheckResult | undefined): [string, boolean][] {
  return Object.entries(result?.details ?? {}).map(([check, { status }]) => [check, status === 'up']);
}
