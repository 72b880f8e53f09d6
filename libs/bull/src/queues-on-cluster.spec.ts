import { beforeEach, describe, expect, it } from '@jest/globals';
import { startBackgroundApp, type BackgroundApp } from '../../../test/support/background-app.js';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { greet, GreetProcessor, Household, sweep, SweepProcessor } from '../../../test/support/job-bench.js';
import { DOWN_AFTER_MS, useRedisCluster } from '../../../test/support/redis-topology.js';
import { eventually } from '../../../test/support/servers.js';
import { DeadLetters } from '#libs/dead-letters';
import { JobQueue, PostponeJobError } from '#libs/jobs';
import { JobRunnerModule } from './index.js';
import { JobRunner } from './job-runner.js';

const FAILOVER = { timeoutMs: DOWN_AFTER_MS + 15_000 };

const cluster = useRedisCluster('{greet}');
const household = new Household();
const app = useFixture<BackgroundApp>(() =>
  hold(
    startBackgroundApp({
      redisUrl: cluster.url,
      imports: [JobRunnerModule.forRole('host')],
      providers: [{ provide: Household, useValue: household }, GreetProcessor, SweepProcessor],
    }),
    (started) => started.close(),
  ),
);

beforeEach(async () => {
  household.greeted = [];
  household.greet = () => Promise.resolve();
  await eventually(() => expect(app.get(JobQueue).isReady).toBe(true));
});

describe('on a cluster', () => {
  it('jobs run, are retried and postponed, and run again after they failed for good', async () => {
    const errors: Record<string, Error[]> = {
      Retry: [new Error('once')],
      Later: [new PostponeJobError('not yet', 50)],
      Never: [new Error('1'), new Error('2'), new Error('3')],
    };
    household.greet = async ({ name }) => {
      const error = errors[name]?.shift();
      if (error) {
        throw error;
      }
    };
    for (const name of ['Once', 'Retry', 'Later', 'Never']) {
      await enqueue(name);
    }
    const deadLetters = app.get(DeadLetters);
    await eventually(async () => expect(await deadLetters.ids('greet')).toEqual(['Never']));
    await eventually(() => expect(attempts()).toEqual({ Once: 1, Retry: 2, Later: 2, Never: 3 }));
    expect(await deadLetters.find('greet', 'Never')).toMatchObject({ attempts: 3 });
    expect(await app.registry.metrics()).toContain('gatehouse_queue_jobs{queue="greet",state="failed"} 1');
    await deadLetters.revive('greet', 'Never');
    await eventually(() => expect(attempts()).toMatchObject({ Never: 4 }));
    await eventually(async () => expect(await deadLetters.ids('greet')).toEqual([]));
  });

  it('the keys of a queue are in one slot, and those of another queue in another', async () => {
    await eventually(() => expect(household.sweeps).toHaveLength(1));
    await enqueue('Ada');
    await eventually(() => expect(attempts()).toEqual({ Ada: 1 }));
    const keys = (await Promise.all(cluster.primaries.map(({ admin }) => admin.keys('bull:*')))).flat();
    const queueOf = (key: string): string => /^bull:\{(\w+)\}:\1:/.exec(key)?.[1] ?? key;
    expect([...new Set(keys.map(queueOf))].sort()).toEqual([greet.name, sweep.name]);
  });

  it('jobs go on within seconds when the node of their queue is replaced', async () => {
    process.kill((await cluster.replaceable()).pid, 'SIGKILL');
    await eventually(() => enqueue('Bob'), FAILOVER);
    await eventually(() => expect(attempts()).toHaveProperty('Bob'), FAILOVER);
    await eventually(() => expect(app.get(JobRunner).standstill()).toBeUndefined());
    expect(await app.registry.metrics()).toContain('gatehouse_queue_jobs{queue="greet",state="waiting"} 0');
  }, 60_000);
});

function enqueue(name: string): Promise<string> {
  return app.get(JobQueue).enqueue(greet, { name }, { jobId: name });
}

function attempts(): Record<string, number> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(household.greeted, ({ name }) => name)).map(([name, runs]) => [
      name,
      runs?.length ?? 0,
    ]),
  );
}
