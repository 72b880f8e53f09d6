import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { Health, HealthService } from './health.service.js';
import { ReadinessMetrics } from './readiness-metrics.js';

const LONGER_THAN_CHECKS_MS = 2_000;

/** What a scrape tells while readiness answers so. */
async function scrapeWith(ready: () => Promise<Health>): Promise<string> {
  const registry = new Registry();
  new ReadinessMetrics({ ready } as HealthService, registry);
  return registry.metrics();
}

describe('readiness metrics', () => {
  it('report what the probe would return, after a single check', async () => {
    let looks = 0;
    const text = await scrapeWith(() => {
      looks += 1;
      const details = { database: { status: 'up' }, redis: { status: 'degraded' } } as const;
      return Promise.resolve({
        status: 200,
        result: { status: 'ok', details } as unknown as Health['result'],
      });
    });
    expect(text).toContain('gatehouse_ready 1');
    expect(text).toContain('gatehouse_check_up{check="database"} 1');
    expect(text).toContain('gatehouse_check_up{check="redis"} 0');
    expect(looks).toBe(1);
  });

  it('are 0 when the probe would return 503', async () => {
    const details = { process: { status: 'down' } } as const;
    const text = await scrapeWith(() =>
      Promise.resolve({ status: 503, result: { status: 'error', details } as unknown as Health['result'] }),
    );
    expect(text).toContain('gatehouse_ready 0');
    expect(text).toContain('gatehouse_check_up{check="process"} 0');
  });

  it('return within a time limit, and are 0 when a check does not complete', async () => {
    const startedAt = performance.now();
    const text = await scrapeWith(() => Promise.withResolvers<Health>().promise);
    expect(performance.now() - startedAt).toBeGreaterThan(LONGER_THAN_CHECKS_MS);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(text).toContain('gatehouse_ready 0');
    expect(text).not.toContain('gatehouse_check_up{');
  });
});
