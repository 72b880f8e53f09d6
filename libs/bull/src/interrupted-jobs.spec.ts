import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, it } from '@jest/globals';
import { defineJob, JobInterruptedError, JobQueue, ProcessesJob, type JobContext, Tick } from '#libs/jobs';
import { collectLog } from '../../../test/support/collected-log.js';
import { type BackgroundApp, startBackgroundApp } from '../../../test/support/background-app.js';
import { hold } from '../../../test/support/fixture.js';
import { eventually, redisUrl } from '../../../test/support/servers.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { JobRunnerModule } from './index.js';

const linger = defineJob('linger', {
  payload: Tick,
  role: 'guest',
  concurrency: 1,
  timeoutMs: 60_000,
  attempts: 3,
  backoff: { baseMs: 20, capMs: 50, jitter: 0 },
});

let signals: AbortSignal[];
let work: (signal: AbortSignal) => Promise<void>;

@ProcessesJob(linger)
class LingerProcessor {
  process(_: Tick, { signal }: JobContext): Promise<void> {
    signals.push(signal);
    return work(signal);
  }
}

beforeEach(() => {
  signals = [];
  work = () => Promise.resolve();
});

it('interrupts a run that outlasts the shutdown, and another process runs the job again', async () => {
  work = () => (signals.length > 1 ? Promise.resolve() : new Promise(() => undefined));
  const url = await redisUrl();
  const first = await start(url);
  await first.get(JobQueue).enqueue(linger, { startsAt: new Date().toISOString() });
  await eventually(() => expect(signals).toHaveLength(1));
  const lines = collectLog();
  const closingAt = performance.now();
  await first.close();
  // Long enough for most runs, and well before Kubernetes kills the process.
  expect(performance.now() - closingAt).toBeGreaterThan(9_000);
  expect(performance.now() - closingAt).toBeLessThan(18_000);
  expect(lines).toMatchObject([
    { level: 'warn', text: 'interrupting 1 jobs; they will be retried' },
    {
      level: 'warn',
      text: expect.stringMatching(
        /^job linger \d+ failed \(attempt 1 of 3\) and will be retried: JobInterruptedError: the process is shutting down$/,
      ),
    },
  ]);
  expect(signals[0]?.reason).toBeInstanceOf(JobInterruptedError);
  await start(url);
  // At once: the job hasn't been left behind as if its process had been killed.
  await eventually(() => expect(signals).toHaveLength(2), { timeoutMs: 5_000 });
}, 60_000);

it('lets a run finish whose job Bull had fetched when the shutdown began', async () => {
  const gate = Promise.withResolvers<void>();
  const ended: boolean[] = [];
  work = async (signal) => {
    await (signals.length > 1 ? delay(300) : gate.promise);
    ended.push(signal.aborted);
  };
  const proxy = await TcpProxy.start(await redisUrl());
  const app = await start(proxy.url);
  for (const day of [1, 2]) {
    await app.get(JobQueue).enqueue(linger, { startsAt: `2026-01-0${day}T00:00:00.000Z` });
  }
  await eventually(() => expect(signals).toHaveLength(1));
  proxy.delayReplies(500);
  gate.resolve();
  // Bull has told Redis that the first run has ended, and Redis has answered with the second job.
  await delay(200);
  await app.close();
  expect(ended).toEqual([false, false]);
});

function start(url: string): Promise<BackgroundApp> {
  const starting = startBackgroundApp({
    redisUrl: url,
    jobs: [linger],
    imports: [JobRunnerModule.forRole('guest')],
    providers: [LingerProcessor],
  });
  return hold(starting, (app) => app.close());
}
