import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { Redis } from 'ioredis';
import { JobRunnerModule, Queues } from '#libs/bull';
import { defineJob, type JobContext, JobQueue, ProcessesJob, Tick } from '#libs/jobs';
import { type BackgroundApp, type BackgroundAppOptions, startBackgroundApp } from './background-app.js';
import { hold, useFixture } from './fixture.js';
import { eventually, redisUrl } from './servers.js';

export class Greeting {
  @IsString() name!: string;
}

const quick = {
  role: 'host',
  concurrency: 2,
  timeoutMs: 300,
  attempts: 3,
  backoff: { baseMs: 20, capMs: 50, jitter: 0 },
  keepFailed: { ageSeconds: 3_600, count: 100 },
  // A machine that stalls for a second must not look like a crashed process, whose jobs would run again.
  stalled: { maxCount: 5, lockMs: 3_000, checkEveryMs: 1_000 },
} as const;

export const greet = defineJob('greet', { ...quick, payload: Greeting });
export const sweep = defineJob('sweep', {
  ...quick,
  payload: Tick,
  keepCompleted: { ageSeconds: 3_600, count: 10 },
  everyMinutes: 60,
});

/** What the processors have seen, and what they do, which each test decides. */
@Injectable()
export class Household {
  greeted: { name: string; attempt: number }[] = [];
  sweeps: string[] = [];
  greet: (payload: Greeting, context: JobContext) => Promise<void> = () => Promise.resolve();
}

@ProcessesJob(greet)
export class GreetProcessor {
  constructor(private readonly household: Household) {}

  async process(payload: Greeting, context: JobContext): Promise<void> {
    this.household.greeted.push({ name: payload.name, attempt: context.attempt });
    await this.household.greet(payload, context);
  }
}

@ProcessesJob(sweep)
export class SweepProcessor {
  constructor(private readonly household: Household) {}

  process({ startsAt }: Tick): Promise<void> {
    this.household.sweeps.push(startsAt);
    return Promise.resolve();
  }
}

/** A `JobBench` for each test. */
export function useJobBench(): JobBench {
  return useFixture(() => hold(JobBench.open(), (bench) => bench.close()), { per: 'test' });
}

/** Processes that share a Redis and a small job table of their own, for tests of how jobs run. */
class JobBench {
  readonly household = new Household();
  readonly apps: BackgroundApp[] = [];

  private constructor(
    private readonly url: string,
    readonly redis: Redis,
  ) {}

  static async open(): Promise<JobBench> {
    const url = await redisUrl();
    return new JobBench(url, new Redis(url));
  }

  /** Starts another process that runs jobs, and resolves once it accepts some. */
  async start(
    providers: BackgroundAppOptions['providers'] = [GreetProcessor, SweepProcessor],
    options: Pick<BackgroundAppOptions, 'clock' | 'jobs'> = {},
  ) {
    return this.run({ imports: [JobRunnerModule.forRole('host')], providers, ...options });
  }

  /** Starts a process that only enqueues jobs. */
  async startProducer() {
    return this.run({});
  }

  /** The first process. */
  get app(): BackgroundApp {
    const [app] = this.apps;
    if (!app) {
      throw new Error('no process was started');
    }
    return app;
  }

  get queues(): Queues {
    return this.app.get(Queues);
  }

  async metrics(): Promise<string> {
    return (await this.apps[0]?.registry.metrics()) ?? '';
  }

  deadLetters() {
    return this.queues.get('greet').getFailed();
  }

  /** How many connections to this Redis there are, with the one of the tests. */
  async connections(): Promise<number> {
    const db = new URL(this.url).pathname.slice(1);
    const clients = String(await this.redis.client('LIST')).split('\n');
    return clients.filter((line) => line.includes(` db=${db} `)).length;
  }

  /** Stops the process that was started at this position, from 0. */
  async stop(index: number): Promise<void> {
    await Promise.all(this.apps.splice(index, 1).map((app) => app.close()));
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.apps.splice(0).map((app) => app.close()));
  }

  async close(): Promise<void> {
    await this.stopAll();
    this.redis.disconnect();
  }

  private async run(options: Pick<BackgroundAppOptions, 'imports' | 'providers' | 'clock' | 'jobs'>) {
    const app = await startBackgroundApp({
      redisUrl: this.url,
      ...options,
      providers: [{ provide: Household, useValue: this.household }, ...(options.providers ?? [])],
    });
    this.apps.push(app);
    const jobs = app.get(JobQueue);
    await eventually(() => {
      if (!jobs.isReady) {
        throw new Error('Redis cannot be reached');
      }
    });
    return jobs;
  }
}
