import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  greet,
  GreetProcessor,
  sweep,
  SweepProcessor,
  useJobBench,
} from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { Clock } from '#libs/clock';
import { defineScheduledJob, type Job, type JobProcessor, ProcessesJob, type Tick } from '#libs/jobs';

const bench = useJobBench();
const chime = defineScheduledJob('chime', 'host', { cron: '0 4 * * *', timeZone: 'Europe/Berlin' });
const PROVIDERS = [GreetProcessor, SweepProcessor];
let chimes: string[];

beforeEach(() => {
  chimes = [];
});

@ProcessesJob(chime)
class ChimeProcessor implements JobProcessor<Tick> {
  process({ startsAt }: Tick): Promise<void> {
    chimes.push(startsAt);
    return Promise.resolve();
  }
}

/** Its time is set by the test. */
class SetClock extends Clock {
  constructor(public time: string) {
    super();
  }

  override now(): Date {
    return new Date(this.time);
  }
}

/** Starts a replica of the release that has this job. @returns once all periodic jobs of then have run */
async function startReplica(clock: Clock, job: Job = chime): Promise<void> {
  await bench.start([...PROVIDERS, ChimeProcessor], { clock, jobs: [greet, job, sweep] });
  await sweptAt(clock);
}

/** `sweep` is periodic in all of them and is enqueued after what a release without the schedule must not enqueue. */
async function sweptAt(clock: Clock): Promise<void> {
  const hour = `${clock.now().toISOString().slice(0, 13)}:00:00.000Z`;
  await eventually(() => expect(bench.household.sweeps).toContain(hour));
}

const keysOf = async (pattern: string): Promise<string[]> => (await bench.redis.keys(pattern)).sort();

describe('a job with a schedule', () => {
  it('runs once each time it is due, across replicas that start at the same time', async () => {
    const clock = new SetClock('2026-11-28T10:00:00Z');
    await Promise.all([startReplica(clock), startReplica(clock), startReplica(clock)]);
    await eventually(() => expect(chimes).toEqual(['2026-11-28T03:00:00.000Z']));
    clock.time = '2026-11-29T03:00:00Z';
    await Promise.all([startReplica(clock), startReplica(clock)]);
    await eventually(() => expect(chimes).toHaveLength(2));
    expect(chimes[1]).toBe('2026-11-29T03:00:00.000Z');
    await eventually(async () => expect(await bench.redis.zcard('bull:chime:completed')).toBe(2));
    expect(chimes).toHaveLength(2);
  });

  it('makes up for the latest time only, if no process ran then', async () => {
    await startReplica(new SetClock('2026-11-20T10:00:00Z'));
    await bench.stopAll();
    await startReplica(new SetClock('2026-11-28T10:00:00Z'));
    await eventually(() => expect(chimes).toEqual(['2026-11-20T03:00:00.000Z', '2026-11-28T03:00:00.000Z']));
  });

  it('leaves nothing behind in Redis that would run when a release changes its schedule', async () => {
    await startReplica(new SetClock('2026-11-28T03:30:00Z'));
    await eventually(() => expect(chimes).toEqual(['2026-11-28T03:00:00.000Z']));
    await bench.stopAll();
    const clock = new SetClock('2026-11-28T10:00:00Z');
    const changed = { ...chime, schedule: { cron: '0 6 * * *' } };
    await Promise.all([startReplica(clock, changed), startReplica(clock, changed)]);
    // Of today by the new schedule. Nothing of it was there before.
    await eventually(() => expect(chimes).toHaveLength(2));
    clock.time = '2026-11-29T05:59:00Z';
    await startReplica(clock, changed);
    clock.time = '2026-11-29T06:00:00Z';
    await startReplica(clock, changed);
    await eventually(() => expect(chimes).toHaveLength(3));
    expect(chimes.slice(1)).toEqual(['2026-11-28T06:00:00.000Z', '2026-11-29T06:00:00.000Z']);
    for (const type of ['repeat', 'delayed', 'wait']) {
      expect(await keysOf(`bull:chime:${type}*`)).toEqual([]);
    }
  });

  it('leaves nothing behind in Redis that would run when a release removes its schedule', async () => {
    const clock = new SetClock('2026-11-28T10:00:00Z');
    await startReplica(clock);
    await eventually(() => expect(chimes).toHaveLength(1));
    await bench.stopAll();
    const { schedule: _, ...unscheduled } = chime;
    clock.time = '2026-12-02T10:00:00Z';
    await startReplica(clock, unscheduled);
    expect(chimes).toHaveLength(1);
    for (const type of ['repeat', 'delayed', 'wait']) {
      expect(await keysOf(`bull:chime:${type}*`)).toEqual([]);
    }
  });

  it('that is not valid prevents the process from starting', async () => {
    const wrong = { ...chime, schedule: { cron: '0 25 * * *' } };
    await expect(startReplica(new SetClock('2026-11-28T10:00:00Z'), wrong)).rejects.toThrow(
      /The job "chime" has the schedule "0 25 \* \* \*", which isn't valid: .* Write minute, hour/,
    );
  });
});
