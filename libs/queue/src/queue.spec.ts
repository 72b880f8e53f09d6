import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IsString } from 'class-validator';
import { Redis } from 'ioredis';
import { type BackgroundApp, startBackgroundApp } from '../../../test/support/background-app.js';
import { eventually, redisUrl } from '../../../test/support/servers.js';
import {
  InvalidPayloadError,
  type JobContext,
  JobQueue,
  JobRunnerModule,
  type JobTable,
  PostponeJobError,
  ProcessesJob,
  Queues,
  Tick,
  UnrecoverableJobError,
} from './index.js';

class Greeting {
  @IsString() name!: string;
}

const quick = {
  concurrency: 2,
  timeoutMs: 300,
  attempts: 3,
  backoff: { baseMs: 20, capMs: 50, jitter: 0 },
  retention: { completed: 'none', failed: { ageSeconds: 3_600, count: 100 } },
  stalled: { maxCount: 5, lockMs: 1_000, checkEveryMs: 500 },
} as const;

const JOBS = {
  greet: { ...quick, payload: Greeting, role: 'host' },
  sweep: {
    ...quick,
    payload: Tick,
    role: 'host',
    retention: { completed: { ageSeconds: 3_600, count: 10 }, failed: quick.retention.failed },
    periodic: { everyMinutes: 60 },
  },
} as const satisfies JobTable;

type Handler = (payload: Greeting, context: JobContext) => Promise<void>;

/** What the processors do is up to each test. */
let handle: Handler;
let greeted: { name: string; attempt: number }[];
let sweeps: string[];

@ProcessesJob('greet')
class GreetProcessor {
  async process(payload: Greeting, context: JobContext): Promise<void> {
    greeted.push({ name: payload.name, attempt: context.attempt });
    await handle(payload, context);
  }
}

@ProcessesJob('sweep')
class SweepProcessor {
  process({ startsAt }: Tick): Promise<void> {
    sweeps.push(startsAt);
    return Promise.resolve();
  }
}

let url: string;
let redis: Redis;
let apps: BackgroundApp[];

beforeAll(async () => {
  url = await redisUrl();
  redis = new Redis(url);
});
beforeEach(async () => {
  await redis.flushdb();
  [apps, greeted, sweeps] = [[], [], []];
  handle = () => Promise.resolve();
});
afterEach(() => Promise.all(apps.map((app) => app.close())));
afterAll(() => {
  redis.disconnect();
});

describe('a job', () => {
  it('reaches its processor with its payload, and leaves nothing behind', async () => {
    const jobs = await start();
    await jobs.enqueue('greet', { name: 'Ada' }, { jobId: 'one' });
    await eventually(() => {
      expect(greeted).toEqual([{ name: 'Ada', attempt: 1 }]);
    });
    await eventually(async () => expect(await redis.exists('bull:greet:one')).toBe(0));
  });

  it('is put once for as long as a job of its id is there', async () => {
    const gate = Promise.withResolvers<void>();
    handle = () => gate.promise;
    const jobs = await start();
    await jobs.enqueue('greet', { name: 'Ada' }, { jobId: 'same' });
    await eventually(() => {
      expect(greeted).toHaveLength(1);
    });
    await jobs.enqueue('greet', { name: 'Bob' }, { jobId: 'same' });
    gate.resolve();
    await jobs.enqueue('greet', { name: 'Cleo' });
    await eventually(() => {
      expect(greeted.map(({ name }) => name)).toEqual(['Ada', 'Cleo']);
    });
  });

  it('is tried again after a failure, and then done', async () => {
    handle = (_, { attempt }) => (attempt < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve());
    const jobs = await start();
    await jobs.enqueue('greet', { name: 'Ada' });
    await eventually(() => {
      expect(greeted.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    });
    expect(await deadLetters()).toEqual([]);
  });

  it('becomes a dead letter after its last attempt, without the text of the error', async () => {
    handle = ({ name }) =>
      Promise.reject(Object.assign(new Error(`no greeting for ${name}`), { code: 'E_RUDE' }));
    const jobs = await start();
    await jobs.enqueue('greet', { name: 'ada-lovelace' });
    const [letter] = await eventually(async () => {
      const letters = await deadLetters();
      expect(letters).toHaveLength(1);
      return letters;
    });
    expect(greeted).toHaveLength(3);
    expect(letter?.failedReason).toBe('Error (E_RUDE)');
    expect(JSON.stringify(letter?.stacktrace)).not.toContain('lovelace');
    expect(JSON.stringify(letter?.stacktrace)).toContain('queue.spec');
  });

  it('becomes a dead letter at once when no retry can help', async () => {
    handle = () => Promise.reject(new UnrecoverableJobError('the guest has moved'));
    const jobs = await start();
    await jobs.enqueue('greet', { name: 'Ada' });
    await eventually(async () => {
      expect((await deadLetters()).map(({ failedReason }) => failedReason)).toEqual(['the guest has moved']);
    });
    expect(greeted).toHaveLength(1);
  });

  it('waits as long as it asks to be postponed, whatever its backoff', async () => {
    handle = () => Promise.reject(new PostponeJobError('later', 3_600_000));
    const jobs = await start();
    await jobs.enqueue('greet', { name: 'Ada' }, { jobId: 'postponed' });
    const score = await eventually(async () => {
      const found = await redis.zscore('bull:greet:delayed', 'postponed');
      expect(found).not.toBeNull();
      return Number(found);
    });
    // Bull keeps the due time in the upper bits of the score.
    expect(score / 4_096 - Date.now()).toBeGreaterThan(3_500_000);
  });

  it('is refused with a bad payload', async () => {
    const jobs = await start();
    await expect(jobs.enqueue('greet', { name: 7 as unknown as string })).rejects.toThrow(
      InvalidPayloadError,
    );
    expect(await redis.keys('bull:greet:*')).not.toContain('bull:greet:wait');
  });

  it('that was put with a bad payload is a dead letter at once, and never reaches its processor', async () => {
    await start();
    await apps[0]?.get(Queues).get('greet').add('greet', { nome: 'Ada' }, { attempts: 3 });
    await eventually(async () => {
      expect((await deadLetters()).map(({ failedReason }) => failedReason)).toEqual([
        'not a valid Greeting: nome (whitelistValidation), name (isString)',
      ]);
    });
    expect(greeted).toEqual([]);
  });

  it('counts as failed when its time is up, even if it ignores its signal', async () => {
    const signals: AbortSignal[] = [];
    handle = (_, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    const jobs = await start();
    await jobs.enqueue('greet', { name: 'Ada' });
    await eventually(async () => {
      expect((await deadLetters()).map(({ failedReason }) => failedReason)).toEqual([
        'not done after 300 ms',
      ]);
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });
});

describe('a periodic job', () => {
  it('is put once in its period by all replicas, and again by Redis that lost it', async () => {
    await Promise.all([start(), start()]);
    await eventually(() => {
      expect(sweeps).toHaveLength(1);
    });
    expect(Date.parse(sweeps[0] ?? '') % 3_600_000).toBe(0);
    await start();
    const completed = await redis.zcard('bull:sweep:completed');
    expect([completed, sweeps.length]).toEqual([1, 1]);
    await redis.flushdb();
    await start();
    await eventually(() => {
      expect(sweeps).toHaveLength(2);
    });
  });
});

describe('the start', () => {
  it('is refused while a job has no processor', async () => {
    await expect(startBackgroundApp(options([GreetProcessor]))).rejects.toThrow(/"sweep".*@ProcessesJob/);
  });

  it('is refused while a job has two processors, before any job is taken', async () => {
    @ProcessesJob('greet')
    class SecondGreetProcessor extends GreetProcessor {}
    const providers = [GreetProcessor, SecondGreetProcessor, SweepProcessor];
    await expect(startBackgroundApp(options(providers))).rejects.toThrow(
      /GreetProcessor.*SecondGreetProcessor/,
    );
    expect(sweeps).toEqual([]);
  });
});

describe('the end', () => {
  it('lets running jobs finish and takes no others', async () => {
    const gate = Promise.withResolvers<void>();
    const finished: string[] = [];
    handle = async ({ name }) => {
      await gate.promise;
      finished.push(name);
    };
    const jobs = await start();
    for (const name of ['Ada', 'Bob', 'Cleo']) {
      await jobs.enqueue('greet', { name }, { jobId: name });
    }
    // Two run at a time.
    await eventually(() => {
      expect(greeted).toHaveLength(2);
    });
    const queue = apps[0]?.get(Queues).get('greet');
    const closed = closeAll();
    await eventually(async () => expect(await queue?.isPaused(true)).toBe(true));
    gate.resolve();
    await closed;
    expect(finished).toEqual(['Ada', 'Bob']);
    expect(await redis.lrange('bull:greet:active', 0, -1)).toEqual([]);
    expect(await redis.lrange('bull:greet:wait', 0, -1)).toEqual(['Cleo']);
  });
});

describe('the metrics', () => {
  it('tell depth, age, outcomes and durations', async () => {
    handle = () => Promise.reject(new UnrecoverableJobError('no'));
    const jobs = await start();
    await jobs.enqueue('greet', { name: 'Ada' });
    await jobs.enqueue('greet', { name: 'Bob' }, { delayMs: 3_600_000 });
    await eventually(async () => {
      const text = await apps[0]?.registry.metrics();
      expect(text).toContain('gatehouse_queue_jobs{queue="greet",state="failed"} 1');
      expect(text).toContain('gatehouse_queue_jobs{queue="greet",state="delayed"} 1');
      expect(text).toContain('gatehouse_job_runs_total{job="greet",outcome="dead"} 1');
      expect(text).toContain('gatehouse_job_duration_seconds_count{job="greet",outcome="dead"} 1');
    });
  });

  it('tell the age of the job that is next', async () => {
    await startWithoutProcessors();
    const queue = apps[0]?.get(Queues).get('greet');
    await queue?.add('greet', { name: 'Ada' }, { timestamp: Date.now() - 60_000 } as object);
    const text = await apps[0]?.registry.metrics();
    const [, age] = /gatehouse_queue_oldest_waiting_seconds\{queue="greet"\} ([\d.]+)/.exec(text ?? '') ?? [];
    expect(Number(age)).toBeGreaterThanOrEqual(60);
    expect(Number(age)).toBeLessThan(90);
  });
});

async function start(): Promise<JobQueue<typeof JOBS>> {
  const app = await startBackgroundApp(options([GreetProcessor, SweepProcessor]));
  apps.push(app);
  await eventually(() => {
    expect(app.get(JobQueue).isReady).toBe(true);
  });
  return app.get<JobQueue<typeof JOBS>>(JobQueue);
}

async function startWithoutProcessors(): Promise<void> {
  apps.push(await startBackgroundApp({ jobs: JOBS, redisUrl: url }));
  await eventually(() => {
    expect(apps[0]?.get(JobQueue).isReady).toBe(true);
  });
}

function options(providers: Parameters<typeof startBackgroundApp>[0]['providers']) {
  return {
    jobs: JOBS,
    redisUrl: url,
    imports: [JobRunnerModule.forRole('host')],
    providers: providers ?? [],
  };
}

async function closeAll(): Promise<void> {
  await Promise.all(apps.splice(0).map((app) => app.close()));
}

async function deadLetters() {
  return (await apps[0]?.get(Queues).get('greet').getFailed()) ?? [];
}
