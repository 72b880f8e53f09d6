import { describe, expect, it } from '@jest/globals';
import { greet, useJobBench } from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { UnrecoverableJobError } from '#libs/jobs';
import { DeadLetters } from '#libs/dead-letters';

const bench = useJobBench();
const { household } = bench;

describe('job metrics', () => {
  it('report depth, age, outcomes and durations', async () => {
    household.greet = () => Promise.reject(new UnrecoverableJobError('no'));
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' });
    await bench.queues.get(greet.name).add(greet.name, { name: 'Bob' }, { delay: 3_600_000 });
    await eventually(async () => {
      const text = await bench.metrics();
      expect(text).toContain('gatehouse_queue_jobs{queue="greet",state="failed"} 1');
      expect(text).toContain('gatehouse_queue_jobs{queue="greet",state="delayed"} 1');
      expect(text).toContain('gatehouse_job_runs_total{queue="greet",outcome="dead"} 1');
      expect(text).toContain('gatehouse_job_duration_seconds_count{queue="greet",outcome="dead"} 1');
    });
  });

  it('ask Redis once for each queue', async () => {
    await bench.startProducer();
    const { client } = bench.queues.connections;
    const zcard = client.zcard.bind(client);
    let asked = 0;
    client.zcard = (key: string) => {
      asked += key.endsWith(':failed') ? 1 : 0;
      return zcard(key);
    };
    await bench.metrics();
    expect(asked).toBe(bench.queues.entries().length);
  });

  it('tell jobs that run from those that wait', async () => {
    const gate = Promise.withResolvers<void>();
    household.greet = () => gate.promise;
    const jobs = await bench.start();
    for (const name of ['Ada', 'Bob', 'Cleo']) {
      await jobs.enqueue(greet, { name });
    }
    // Two run at a time.
    await eventually(async () => {
      const text = await bench.metrics();
      expect(text).toContain('gatehouse_queue_jobs{queue="greet",state="active"} 2');
      expect(text).toContain('gatehouse_queue_jobs{queue="greet",state="waiting"} 1');
    });
    gate.resolve();
  });

  it('report every outcome before the first run, so that increases show', async () => {
    await bench.startProducer();
    const text = await bench.metrics();
    for (const outcome of ['completed', 'retried', 'dead']) {
      expect(text).toContain(`gatehouse_job_runs_total{queue="sweep",outcome="${outcome}"} 0`);
    }
  });

  it('measure the age of a retry from its last attempt, and report 0 for an empty queue', async () => {
    await bench.startProducer();
    const queue = bench.queues.get('greet');
    const { id } = await queue.add('greet', { name: 'Ada' }, { timestamp: Date.now() - 60_000 } as object);
    await bench.redis.hset(`bull:greet:${String(id)}`, 'processedOn', Date.now() - 20_000);
    expect(await ageOfNext('greet')).toBeLessThan(50);
    expect(await ageOfNext('greet')).toBeGreaterThanOrEqual(20);
    expect(await ageOfNext('sweep')).toBe(0);
  });

  it('measure the age of a revived job from when it was revived', async () => {
    household.greet = () => Promise.reject(new UnrecoverableJobError('no'));
    await bench.startProducer();
    await bench.start();
    const queue = bench.queues.get('greet');
    await queue.add('greet', { name: 'Ada' }, { jobId: 'one', timestamp: Date.now() - 60_000 } as object);
    await eventually(async () => expect(await bench.deadLetters()).toHaveLength(1));
    await bench.stop(1);
    await bench.app.get(DeadLetters).revive('greet', 'one');
    // In the millisecond of the revival, it's still 0.
    await eventually(async () => expect(await ageOfNext('greet')).toBeGreaterThan(0));
    expect(await ageOfNext('greet')).toBeLessThan(30);
  });

  it('report no negative age for a job that a process with a fast clock has enqueued', async () => {
    await bench.startProducer();
    const queue = bench.queues.get('greet');
    await queue.add('greet', { name: 'Ada' }, { timestamp: Date.now() + 60_000 } as object);
    expect(await ageOfNext('greet')).toBe(0);
  });

  it('report the age of the next job in the queue, not of those behind it', async () => {
    await bench.startProducer();
    const queue = bench.queues.get('greet');
    for (const age of [60_000, 30_000, 0]) {
      await queue.add('greet', { name: 'Ada' }, { timestamp: Date.now() - age } as object);
    }
    expect(await ageOfNext('greet')).toBeGreaterThanOrEqual(60);
    expect(await ageOfNext('greet')).toBeLessThan(90);
  });
});

async function ageOfNext(queue: string): Promise<number> {
  const pattern = new RegExp(`^gatehouse_queue_oldest_waiting_seconds\\{queue="${queue}"\\} (\\S+)$`, 'm');
  return Number(pattern.exec(await bench.metrics())?.[1]);
}
