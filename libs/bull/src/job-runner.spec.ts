import { describe, expect, it } from '@jest/globals';
import { collectLog } from '../../../test/support/collected-log.js';
import { freezeTimers } from '../../../test/support/frozen-timers.js';
import {
  greet,
  GreetProcessor,
  sweep,
  SweepProcessor,
  useJobBench,
} from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { Clock } from '#libs/clock';
import { JobQueue, ProcessesJob } from '#libs/jobs';
import { PeriodicJobs } from './periodic-jobs.js';

const bench = useJobBench();
const { household } = bench;

describe('a periodic job', () => {
  it('is enqueued once per period across all replicas, and again after Redis lost it', async () => {
    await Promise.all([bench.start(), bench.start()]);
    await eventually(() => {
      expect(household.sweeps).toHaveLength(1);
    });
    const startsAt = Date.parse(household.sweeps[0] ?? '');
    expect(startsAt % 3_600_000).toBe(0);
    // Of the current hour, or the last one if it has just ended.
    expect(Date.now() - startsAt).toBeGreaterThanOrEqual(0);
    expect(Date.now() - startsAt).toBeLessThan(3_660_000);
    await bench.start();
    const completed = await bench.redis.zcard('bull:sweep:completed');
    expect([completed, household.sweeps.length]).toEqual([1, 1]);
    await bench.redis.flushdb();
    await bench.start();
    await eventually(() => {
      expect(household.sweeps).toHaveLength(2);
    });
  });

  it('is enqueued every minute, so a Redis that lost it gets it back from a running process', async () => {
    const jobs = await bench.start();
    const completed = async () => expect(await bench.redis.zcard('bull:sweep:completed')).toBe(1);
    await eventually(completed);
    await bench.redis.flushdb();
    const intervals = freezeTimers('setInterval');
    const periodicJobs = new PeriodicJobs(jobs, bench.app.get(Clock));
    periodicJobs.start([sweep]);
    // What it enqueues at its start must not be taken for what it enqueues later.
    await eventually(completed);
    await bench.redis.flushdb();
    expect(household.sweeps).toHaveLength(2);
    intervals.pass(60_000);
    await eventually(() => expect(household.sweeps).toHaveLength(3));
    periodicJobs.stop();
    expect(intervals.pending).toEqual([]);
  });

  it('that Redis refuses is reported, unless Redis is down, which is reported elsewhere', async () => {
    await bench.startProducer();
    const lines = collectLog();
    const refuse = (isReady: boolean) => {
      const queue = { isReady, enqueue: () => Promise.reject(new Error('OOM')) } as unknown as JobQueue;
      const periodicJobs = new PeriodicJobs(queue, bench.app.get(Clock));
      periodicJobs.start([sweep]);
      periodicJobs.stop();
    };
    refuse(false);
    refuse(true);
    await eventually(() => expect(lines.length).toBeGreaterThan(0));
    expect(lines).toMatchObject([
      { level: 'warn', text: 'the job "sweep" could not be enqueued; retrying in a minute: Error' },
    ]);
  });

  it.each(['10:00:00.000', '10:29:59.999', '10:30:00.000', '10:59:59.999'])(
    'at %s is for the hour that has begun, not for the nearest one',
    (time) => {
      const enqueued: object[] = [];
      const enqueue: JobQueue['enqueue'] = (_, payload) => Promise.resolve(String(enqueued.push(payload)));
      const queue = { isReady: true, enqueue } as unknown as JobQueue;
      const periodicJobs = new PeriodicJobs(queue, new ClockAt(new Date(`2026-11-27T${time}Z`)));
      periodicJobs.start([sweep]);
      periodicJobs.stop();
      expect(enqueued).toEqual([{ startsAt: '2026-11-27T10:00:00.000Z' }]);
    },
  );

  it('is enqueued again in the next period', async () => {
    await bench.start();
    await eventually(() => expect(household.sweeps).toHaveLength(1));
    await bench.start([GreetProcessor, SweepProcessor], { clock: new AnHourLater() });
    await eventually(() => expect(household.sweeps).toHaveLength(2));
    const [first = '', second = ''] = household.sweeps;
    expect(Date.parse(second) - Date.parse(first)).toBeGreaterThanOrEqual(3_600_000);
  });
});

class ClockAt extends Clock {
  constructor(private readonly instant: Date) {
    super();
  }

  override now(): Date {
    return this.instant;
  }
}

class AnHourLater extends Clock {
  override now(): Date {
    return new Date(Date.now() + 3_600_000);
  }
}

describe('startup', () => {
  it('fails when a job has no processor', async () => {
    await expect(bench.start([GreetProcessor])).rejects.toThrow(/"sweep".*@ProcessesJob/);
  });

  it('fails before taking any job when a job has two processors', async () => {
    @ProcessesJob(greet)
    class SecondGreetProcessor extends GreetProcessor {}
    const providers = [GreetProcessor, SecondGreetProcessor, SweepProcessor];
    await expect(bench.start(providers)).rejects.toThrow(/GreetProcessor.*SecondGreetProcessor/);
    expect(household.sweeps).toEqual([]);
  });
});

describe('shutdown', () => {
  it('lets running jobs finish and takes no new ones', async () => {
    const gate = Promise.withResolvers<void>();
    const finished: string[] = [];
    household.greet = async ({ name }) => {
      await gate.promise;
      finished.push(name);
    };
    const jobs = await bench.start();
    for (const name of ['Ada', 'Bob', 'Cleo']) {
      await jobs.enqueue(greet, { name }, { jobId: name });
    }
    // Two run at a time.
    await eventually(() => {
      expect(household.greeted).toHaveLength(2);
    });
    const queue = bench.queues.get('greet');
    const closed = bench.stopAll();
    // Long before it gives up waiting for the running jobs.
    await eventually(async () => expect(await queue.isPaused(true)).toBe(true), { timeoutMs: 5_000 });
    gate.resolve();
    await closed;
    expect(finished).toEqual(['Ada', 'Bob']);
    expect(await bench.redis.lrange('bull:greet:active', 0, -1)).toEqual([]);
    expect(await bench.redis.lrange('bull:greet:wait', 0, -1)).toEqual(['Cleo']);
    await eventually(async () => expect(await bench.connections()).toBe(1));
  });
});

describe('a process that shuts down', () => {
  it('takes no job that is enqueued while it waits for those that run', async () => {
    const gate = Promise.withResolvers<void>();
    household.greet = () => gate.promise;
    const jobs = await bench.start();
    const producer = await bench.startProducer();
    await jobs.enqueue(greet, { name: 'Ada' });
    await eventually(() => expect(household.greeted).toHaveLength(1));
    const queue = bench.queues.get('greet');
    const lines = collectLog();
    const stopped = bench.stop(0);
    await eventually(async () => expect(await queue.isPaused(true)).toBe(true), { timeoutMs: 5_000 });
    await producer.enqueue(greet, { name: 'Bob' }, { jobId: 'Bob' });
    gate.resolve();
    await stopped;
    expect(household.greeted.map(({ name }) => name)).toEqual(['Ada']);
    expect(await bench.redis.lrange('bull:greet:wait', 0, -1)).toEqual(['Bob']);
    // Neither ending the blocking read nor finding no further job is an error.
    expect(lines.filter(({ text }) => !text.startsWith('job '))).toEqual([]);
    expect(await bench.redis.lrange('bull:greet:active', 0, -1)).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    const timers = [60_000, 3_600_000];
    const intervals = freezeTimers('setInterval');
    await bench.start();
    expect(intervals.pending).toEqual(expect.arrayContaining(timers));
    await bench.stopAll();
    expect(intervals.pending.filter((ms) => timers.includes(ms))).toEqual([]);
  });
});
