import { afterEach, expect, it } from '@jest/globals';
import { defineJob, JobQueue, ProcessesJob, Tick } from '#libs/jobs';
import { type BackgroundApp, startBackgroundApp } from '../../../test/support/background-app.js';
import { eventually, redisUrl } from '../../../test/support/servers.js';
import { JobRunnerModule, Queues } from './index.js';

const HOUR_MS = 3_600_000;
const JOBS = 10;

const ponder = defineJob('ponder', {
  payload: Tick,
  role: 'thinker',
  concurrency: JOBS,
  timeoutMs: 10_000,
  attempts: 3,
  backoff: { baseMs: HOUR_MS, capMs: 100 * HOUR_MS, jitter: 0.5 },
});

@ProcessesJob(ponder)
class PonderProcessor {
  process(): Promise<void> {
    return Promise.reject(new Error('not yet'));
  }
}

let app: BackgroundApp;
afterEach(() => app.close());

it('waits before each retry as the job declares, and lets jobs that failed together wait for different times', async () => {
  app = await startBackgroundApp({
    redisUrl: await redisUrl(),
    jobs: [ponder],
    imports: [JobRunnerModule.forRole('thinker')],
    providers: [PonderProcessor],
  });
  const queue = app.get(Queues).get(ponder.name);
  for (let count = 1; count <= JOBS; count += 1) {
    await app.get(JobQueue).enqueue(ponder, { startsAt: new Date(0).toISOString() });
  }
  for (const [attempt, fullMs] of [
    [1, HOUR_MS],
    [2, 2 * HOUR_MS],
  ] as const) {
    const delayed = await eventually(async () => {
      const jobs = await queue.getDelayed();
      expect(jobs.map(({ attemptsMade }) => attemptsMade)).toEqual(Array(JOBS).fill(attempt));
      return jobs;
    });
    const shares = await Promise.all(
      delayed.map(async ({ id, processedOn = 0 }) => {
        const score = Number(await queue.client.zscore(queue.toKey('delayed'), String(id)));
        // Bull keeps the due time in the upper bits of the score.
        return (score / 4_096 - processedOn) / fullMs;
      }),
    );
    // A bit later, because a run takes a moment.
    expect(Math.max(...shares)).toBeLessThan(1.1);
    expect(Math.min(...shares)).toBeGreaterThan(0.49);
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.05);
    if (attempt === 1) {
      await Promise.all(delayed.map((job) => job.promote()));
    }
  }
});
