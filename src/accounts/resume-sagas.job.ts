import { defineJob, Tick } from '#libs/jobs';

/** Lets sagas go on whose time has come. */
export const resumeSagas = defineJob('resume-sagas', {
  payload: Tick,
  role: 'worker',
  visibleFields: ['startsAt'],
  concurrency: 1,
  timeoutMs: 50_000,
  attempts: 3,
  backoff: { baseMs: 5_000, capMs: 15_000, jitter: 0.25 },
  // Kept until its period is over. If its ID became available earlier, another replica would enqueue it again.
  keepCompleted: { ageSeconds: 600, count: 10 },
  keepFailed: { ageSeconds: 86_400, count: 100 },
  everyMinutes: 1,
});
