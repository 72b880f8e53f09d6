import { describe, expect, it } from '@jest/globals';
import { greet, useJobBench } from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { DeadLetters } from '#libs/dead-letters';
import { UnrecoverableJobError } from '#libs/jobs';
import { QueueDrain } from './queue-drain.js';
import { Queues } from './queues.js';

const bench = useJobBench();
const { household } = bench;
const names = (): string[] => household.greeted.map(({ name }) => name).sort();
const drain = (withinMs: number) => bench.app.get(QueueDrain).drain('greet', withinMs);

describe('draining a queue', () => {
  it('waits for what runs in any replica, starts nothing else, and keeps all jobs', async () => {
    const gate = Promise.withResolvers<void>();
    household.greet = () => gate.promise;
    const jobs = await bench.start();
    await bench.start();
    for (const name of ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve', 'Fay']) {
      await jobs.enqueue(greet, { name }, { jobId: name });
    }
    // Each of the two replicas runs two at a time.
    await eventually(() => expect(names()).toHaveLength(4));
    expect(await drain(150)).toEqual({ active: 4, waiting: 2 });
    await jobs.enqueue(greet, { name: 'Gus' }, { jobId: 'Gus' });
    const drained = drain(5_000);
    gate.resolve();
    expect(await drained).toEqual({ active: 0, waiting: 3 });
    expect(names()).toHaveLength(4);
    await bench.queues.get('greet').resume();
    await eventually(() => expect(names()).toEqual(['Ada', 'Bob', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gus']));
  });

  it('responds at once if nothing runs', async () => {
    await bench.start();
    const startedAt = performance.now();
    expect(await drain(60_000)).toEqual({ active: 0, waiting: 0 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('is over although a process was killed: its job waits, and runs again when the queue goes on', async () => {
    household.greet = () => {
      household.greet = () => Promise.resolve();
      // What Redis sees of a kill: the connections end, and nobody renews the lock.
      bench.apps.at(-1)?.get(Queues).connections.close();
      return new Promise(() => undefined);
    };
    const jobs = await bench.startProducer();
    await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'unlucky' });
    await eventually(() => expect(names()).toEqual(['Ada']));
    await bench.queues.get('greet').pause();
    await bench.start();
    expect(await drain(15_000)).toEqual({ active: 0, waiting: 1 });
    expect(names()).toEqual(['Ada']);
    await bench.queues.get('greet').resume();
    await eventually(() => expect(names()).toEqual(['Ada', 'Ada']));
  });
});

describe('a paused queue', () => {
  it('stays paused when all processes are replaced, and loses nothing when it is paused twice', async () => {
    const jobs = await bench.start();
    await bench.queues.get('greet').pause();
    await jobs.enqueue(greet, { name: 'Ada' });
    await bench.queues.get('greet').pause();
    await bench.stopAll();
    const later = await bench.start();
    await later.enqueue(greet, { name: 'Bob' });
    // Another queue goes on.
    await eventually(() => expect(household.sweeps.length).toBeGreaterThan(0));
    expect(names()).toEqual([]);
    await bench.queues.get('greet').resume();
    await eventually(() => expect(names()).toEqual(['Ada', 'Bob']));
  });

  it('keeps what was delayed or is revived until it goes on', async () => {
    household.greet = ({ name }) =>
      name === 'Ada' ? Promise.reject(new UnrecoverableJobError('no')) : Promise.resolve();
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'Ada' });
    await eventually(async () => expect(await bench.deadLetters()).toHaveLength(1));
    const queue = bench.queues.get('greet');
    await queue.pause();
    await queue.add('greet', { name: 'Bob' }, { delay: 1 });
    await bench.app.get(DeadLetters).revive('greet', 'Ada');
    await eventually(async () => expect(await queue.getPausedCount()).toBe(2));
    household.greet = () => Promise.resolve();
    await queue.resume();
    await eventually(() => expect(names()).toEqual(['Ada', 'Ada', 'Bob']));
  });

  it('shows in the metrics, with what waits in it', async () => {
    const jobs = await bench.startProducer();
    const queue = bench.queues.get('greet');
    await queue.pause();
    await queue.add('greet', { name: 'Ada' }, { timestamp: Date.now() - 60_000 } as object);
    await jobs.enqueue(greet, { name: 'Bob' });
    const paused = await bench.metrics();
    expect(paused).toContain('gatehouse_queue_paused{queue="greet"} 1');
    expect(paused).toContain('gatehouse_queue_paused{queue="sweep"} 0');
    expect(paused).toContain('gatehouse_queue_jobs{queue="greet",state="waiting"} 2');
    expect(paused).toMatch(/gatehouse_queue_oldest_waiting_seconds\{queue="greet"\} 6\d/);
    await queue.resume();
    expect(await bench.metrics()).toContain('gatehouse_queue_paused{queue="greet"} 0');
  });
});
