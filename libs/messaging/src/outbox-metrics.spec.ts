import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { OutboxMetrics } from './outbox-metrics.js';
import type { Backlog } from './outbox-rows.js';

let registry: Registry;
let metrics: OutboxMetrics;

beforeEach(() => {
  registry = new Registry();
  metrics = new OutboxMetrics(registry);
});

describe('a scrape', () => {
  it('asks each outbox once', async () => {
    let asked = 0;
    metrics.watch('shop', () => {
      asked += 1;
      return Promise.resolve({ rows: 3, oldestAgeSeconds: 7 });
    });
    const text = await registry.metrics();
    expect(text).toContain('gatehouse_outbox_messages{schema="shop"} 3');
    expect(text).toContain('gatehouse_outbox_oldest_seconds{schema="shop"} 7');
    expect(asked).toBe(1);
  });

  it('omits an outbox whose database does not answer, and does not wait for it', async () => {
    let answer: Promise<Backlog> = Promise.resolve({ rows: 1, oldestAgeSeconds: 2 });
    metrics.watch('shop', () => answer);
    metrics.watch('depot', () => Promise.resolve({ rows: 3, oldestAgeSeconds: 7 }));
    expect(await registry.metrics()).toContain('gatehouse_outbox_messages{schema="shop"} 1');
    answer = new Promise(() => undefined);
    const startedAt = performance.now();
    const text = await registry.metrics();
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(text).not.toContain('"shop"');
    expect(text).toContain('gatehouse_outbox_messages{schema="depot"} 3');
    expect(text).toContain('gatehouse_outbox_oldest_seconds{schema="depot"} 7');
  });
});
