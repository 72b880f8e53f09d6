import { Injectable } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import { Gauge, Registry } from 'prom-client';
import { within } from '#libs/lifecycle';
import { coalesce } from '#libs/telemetry';
import { HealthService } from './health.service.js';

/** Longer than the checks' own timeouts, and far shorter than a scrape timeout. */
const COLLECT_WITHIN_MS = 3_000;

/** Exports the result of the readiness probe as metrics. */
@Injectable()
export class ReadinessMetrics {
  constructor(health: HealthService, registry: Registry) {
    const registers = [registry];
    // Both gauges are collected in the same scrape, so they share one check.
    const checkOnce = coalesce(() => within(COLLECT_WITHIN_MS, health.ready()));
    const ready = new Gauge({
      name: 'gatehouse_ready',
      help: '1 if readiness would return 200; 0 while the process is starting, draining or missing something it needs.',
      registers,
      collect: async () => {
        ready.set((await checkOnce())?.status === 200 ? 1 : 0);
      },
    });
    const checks = new Gauge({
      name: 'gatehouse_check_up',
      help: '1 if a readiness check passes. redis can be 0 while the process is ready.',
      labelNames: ['check'],
      registers,
      collect: async () => {
        const results = resultsOf((await checkOnce())?.result);
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
