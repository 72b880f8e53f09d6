import { describe, expect, it } from '@jest/globals';
import { type BackgroundApp, startBackgroundApp } from '../../../test/support/background-app.js';
import { collectLog } from '../../../test/support/collected-log.js';
import { hold } from '../../../test/support/fixture.js';
import { eventually } from '../../../test/support/servers.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';
import { defineJob, JobQueue, ProcessesJob, Tick } from '#libs/jobs';
import { JobRunnerModule, Queues } from './index.js';
import { JobRunner } from './job-runner.js';

const note = defineJob('note', {
  payload: Tick,
  role: 'clerk',
  concurrency: 2,
  timeoutMs: 30_000,
  attempts: 5,
  backoff: { baseMs: 20, capMs: 50, jitter: 0 },
  stalled: { maxCount: 5, lockMs: 1_000, checkEveryMs: 500 },
});

let noted: number;
let handle: () => Promise<void>;

@ProcessesJob(note)
class NoteProcessor {
  async process(): Promise<void> {
    noted += 1;
    await handle();
  }
}

const redis = useOwnRedis();
let app: BackgroundApp | undefined;

describe('while Redis is down', () => {
  it('starts, and begins to work once Redis is up', async () => {
    await redis.stop();
    await start();
    const { client } = app?.get(Queues).connections ?? {};
    const listeners = client?.listenerCount('ready');
    const startedAt = performance.now();
    await expect(put()).rejects.toThrow("Stream isn't writeable");
    // One for each job that waited would fill the memory.
    expect(client?.listenerCount('ready')).toBeLessThanOrEqual(listeners ?? 0);
    // It may be back within a moment.
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
    expect(app?.get(JobRunner).standstill()).toBe('not being worked on: note');
    await redis.restart();
    await eventually(put);
    await eventually(() => {
      expect(noted).toBe(1);
      expect(app?.get(JobRunner).standstill()).toBeUndefined();
    });
  });

  it('logs that once for all connections and queues, and once that it is back', async () => {
    await start();
    await eventually(put);
    const lines = collectLog();
    await redis.stop();
    await eventually(() => expect(lines.length).toBeGreaterThan(0));
    await expect(put()).rejects.toThrow("Stream isn't writeable");
    await redis.restart();
    await eventually(put);
    await eventually(() => expect(app?.get(JobRunner).standstill()).toBeUndefined());
    expect(lines).toMatchObject([
      {
        level: 'error',
        text: expect.stringMatching(
          /^cannot reach Redis \(E[A-Z]+\); jobs stay in PostgreSQL until it is back$/,
        ),
      },
      { level: 'log', text: 'Redis is back' },
    ]);
  });

  it('shuts down within seconds, even with a running job', async () => {
    const gate = Promise.withResolvers<void>();
    await start(() => gate.promise);
    await eventually(put);
    await eventually(() => {
      expect(noted).toBe(1);
    });
    await redis.stop();
    const startedAt = performance.now();
    const closed = app?.close();
    gate.resolve();
    await closed;
    app = undefined;
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    await redis.restart();
  });

  it('completes a running job once Redis is back', async () => {
    const gate = Promise.withResolvers<void>();
    await start(() => gate.promise);
    await eventually(put);
    await eventually(() => {
      expect(noted).toBeGreaterThan(0);
    });
    await redis.stop();
    gate.resolve();
    await redis.restart();
    await eventually(async () => {
      const text = await app?.registry.metrics();
      expect(text).toContain('gatehouse_queue_jobs{queue="note",state="active"} 0');
      expect(text).toContain('gatehouse_queue_jobs{queue="note",state="waiting"} 0');
    });
  });
});

describe('while Redis is frozen', () => {
  it('limits the duration of a scrape, and fails to enqueue instead of hanging', async () => {
    await start();
    await eventually(put);
    const text = await app?.registry.metrics();
    expect(text).toContain('gatehouse_queue_jobs{');
    expect(text).toContain('gatehouse_queue_oldest_waiting_seconds{');
    const lines = collectLog();
    const { pid } = redis;
    process.kill(pid, 'SIGSTOP');
    try {
      const startedAt = performance.now();
      const text = await app?.registry.metrics();
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      expect(text).not.toContain('gatehouse_queue_jobs{');
      expect(text).not.toContain('gatehouse_queue_oldest_waiting_seconds{');
      await expect(put()).rejects.toThrow('Command timed out');
      expect(performance.now() - startedAt).toBeLessThan(12_000);
      await eventually(() => expect(lines.length).toBeGreaterThan(0));
      expect(lines).toMatchObject([
        { level: 'warn', text: 'Redis is slow or not responding: Command timed out' },
      ]);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually(put);
  });
});

it('shuts down within seconds while Redis is frozen', async () => {
  await start();
  await eventually(put);
  await eventually(() => expect(noted).toBeGreaterThan(0));
  process.kill(redis.pid, 'SIGSTOP');
  try {
    const startedAt = performance.now();
    await app?.close();
    app = undefined;
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
});

async function start(work: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  noted = 0;
  handle = work;
  const starting = startBackgroundApp({
    redisUrl: redis.url,
    imports: [JobRunnerModule.forRole('clerk')],
    providers: [NoteProcessor],
  });
  app = await hold(starting, () => app?.close());
}

async function put(): Promise<void> {
  await app?.get(JobQueue).enqueue(note, { startsAt: new Date(0).toISOString() });
}
