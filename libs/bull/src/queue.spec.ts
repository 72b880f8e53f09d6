import { describe, expect, it } from '@jest/globals';
import { collectLog } from '../../../test/support/collected-log.js';
import { greet, sweep, useJobBench } from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';
import {
  InvalidPayloadError,
  type JobContext,
  JobQueue,
  PostponeJobError,
  UnrecoverableJobError,
} from '#libs/jobs';

const bench = useJobBench();
const { household } = bench;

describe('a job', () => {
  it('reaches its processor with its payload and leaves nothing behind', async () => {
    const contexts: JobContext[] = [];
    household.greet = (_, context) => {
      contexts.push(context);
      return Promise.resolve();
    };
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'one' });
    await eventually(() => {
      expect(household.greeted).toEqual([{ name: 'Ada', attempt: 1 }]);
    });
    await eventually(async () => expect(await bench.redis.exists('bull:greet:one')).toBe(0));
    expect(contexts.map(({ revived }) => revived)).toEqual([false]);
    expect(await bench.metrics()).toContain('gatehouse_job_runs_total{queue="greet",outcome="completed"} 1');
  });

  it('is stored with the attempts and the limits that it declares', async () => {
    await bench.startProducer();
    const jobs = bench.app.get(JobQueue);
    const ids = [
      await jobs.enqueue(greet, { name: 'Ada' }),
      await jobs.enqueue(sweep, { startsAt: new Date(0).toISOString() }),
    ];
    const [once, periodic] = await Promise.all(
      [greet, sweep].map(({ name }, index) => bench.queues.get(name).getJob(String(ids[index]))),
    );
    const keepFailed = { age: 3_600, count: 100 };
    expect(once?.opts).toMatchObject({ attempts: 3, removeOnComplete: true, removeOnFail: keepFailed });
    expect(periodic?.opts).toMatchObject({
      removeOnComplete: { age: 3_600, count: 10 },
      removeOnFail: keepFailed,
    });
  });

  it('is enqueued even if Redis lost a job with the same id between queue and worker', async () => {
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' });
    await eventually(() => {
      expect(household.greeted).toHaveLength(1);
    });
    // As a worker finds it that has taken the id when all else is gone.
    await bench.redis.lpush('bull:greet:wait', 'lost');
    await eventually(async () => expect(await bench.redis.exists('bull:greet:lost')).toBe(1));
    await eventually(async () =>
      expect(await bench.redis.zscore('bull:greet:failed', 'lost')).not.toBeNull(),
    );
    await jobs.enqueue(greet, { name: 'Bob' }, { jobId: 'lost' });
    await eventually(() => {
      expect(household.greeted.map(({ name }) => name)).toEqual(['Ada', 'Bob']);
    });
    expect(await bench.redis.zscore('bull:greet:failed', 'lost')).toBeNull();
  });

  it('is enqueued once while a job with the same id exists', async () => {
    const gate = Promise.withResolvers<void>();
    household.greet = () => gate.promise;
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'same' });
    await eventually(() => {
      expect(household.greeted).toHaveLength(1);
    });
    await jobs.enqueue(greet, { name: 'Bob' }, { jobId: 'same' });
    gate.resolve();
    await jobs.enqueue(greet, { name: 'Cleo' });
    await eventually(() => {
      expect(household.greeted.map(({ name }) => name)).toEqual(['Ada', 'Cleo']);
    });
  });

  it('is retried after a failure and then completes', async () => {
    household.greet = (_, { attempt }) =>
      attempt < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' });
    await eventually(() => {
      expect(household.greeted.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    });
    expect(await bench.deadLetters()).toEqual([]);
  });

  it("becomes a dead letter after its last attempt, without the error's message", async () => {
    household.greet = ({ name }) =>
      Promise.reject(Object.assign(new Error(`no greeting for ${name}`), { code: 'E_RUDE' }));
    const jobs = await bench.start();
    const lines = collectLog();
    await jobs.enqueue(greet, { name: 'ada-lovelace' }, { jobId: 'rude' });
    const [letter] = await eventually(async () => {
      const letters = await bench.deadLetters();
      expect(letters).toHaveLength(1);
      return letters;
    });
    expect(household.greeted).toHaveLength(3);
    expect(letter?.failedReason).toBe('Error (E_RUDE)');
    expect(JSON.stringify(letter?.stacktrace)).not.toContain('lovelace');
    expect(JSON.stringify(letter?.stacktrace)).toContain('queue.spec');
    expect(letter?.stacktrace).toHaveLength(1);
    expect(lines).toMatchObject([
      {
        level: 'warn',
        text: 'job greet rude failed (attempt 1 of 3) and will be retried: JobError: Error (E_RUDE)',
      },
      {
        level: 'warn',
        text: 'job greet rude failed (attempt 2 of 3) and will be retried: JobError: Error (E_RUDE)',
      },
      {
        level: 'error',
        text: 'job greet rude failed (attempt 3 of 3) and was kept as a dead letter: JobError: Error (E_RUDE)',
        more: expect.stringContaining('queue.spec'),
      },
    ]);
    const text = await bench.metrics();
    expect(text).toContain('gatehouse_job_runs_total{queue="greet",outcome="retried"} 2');
    expect(text).toContain('gatehouse_job_runs_total{queue="greet",outcome="dead"} 1');
  });

  it('becomes a dead letter at once when retrying cannot help', async () => {
    household.greet = () => Promise.reject(new UnrecoverableJobError('the guest has moved'));
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' });
    await eventually(async () => {
      expect((await bench.deadLetters()).map(({ failedReason }) => failedReason)).toEqual([
        'the guest has moved',
      ]);
    });
    expect(household.greeted).toHaveLength(1);
  });

  it('is postponed for as long as its processor asks, whatever its backoff', async () => {
    household.greet = () => Promise.reject(new PostponeJobError('later', 3_600_000));
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'postponed' });
    const score = await eventually(async () => {
      const found = await bench.redis.zscore('bull:greet:delayed', 'postponed');
      expect(found).not.toBeNull();
      return Number(found);
    });
    // Bull keeps the due time in the upper bits of the score.
    expect(score / 4_096 - Date.now()).toBeGreaterThan(3_500_000);
  });

  it('runs again at once when it was postponed until a moment that has passed', async () => {
    household.greet = (_, { attempt }) =>
      attempt === 1 ? Promise.reject(new PostponeJobError('later', -1)) : Promise.resolve();
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' });
    await eventually(() => expect(household.greeted.map(({ attempt }) => attempt)).toEqual([1, 2]));
    expect(await bench.deadLetters()).toEqual([]);
  });

  it('is rejected when its payload is invalid', async () => {
    const jobs = await bench.start();
    await expect(jobs.enqueue(greet, { name: 7 as unknown as string })).rejects.toThrow(InvalidPayloadError);
    expect(await bench.redis.keys('bull:greet:*')).not.toContain('bull:greet:wait');
  });

  it('becomes a dead letter at once when an invalid payload reaches the queue, without running', async () => {
    await bench.start();
    await bench.queues.get('greet').add('greet', { nome: 'Ada' }, { attempts: 3 });
    await eventually(async () => {
      expect((await bench.deadLetters()).map(({ failedReason }) => failedReason)).toEqual([
        'not a valid Greeting: nome (whitelistValidation), name (isString)',
      ]);
    });
    expect(household.greeted).toEqual([]);
  });

  it('fails when it times out, even if it ignores its abort signal', async () => {
    const signals: AbortSignal[] = [];
    let signalOfBob: AbortSignal | undefined;
    household.greet = ({ name }, { signal }) => {
      if (name === 'Bob') {
        signalOfBob = signal;
        return Promise.resolve();
      }
      signals.push(signal);
      return new Promise(() => undefined);
    };
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Bob' });
    await eventually(() => expect(signalOfBob).toBeDefined());
    await jobs.enqueue(greet, { name: 'Ada' });
    await eventually(async () => {
      expect((await bench.deadLetters()).map(({ failedReason }) => failedReason)).toEqual([
        'timed out after 300 ms',
      ]);
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(signalOfBob?.aborted).toBe(false);
    const [, seconds] =
      /job_duration_seconds_sum\{queue="greet",outcome="retried"\} (\S+)/.exec(await bench.metrics()) ?? [];
    expect(Number(seconds)).toBeGreaterThan(0.5);
    expect(Number(seconds)).toBeLessThan(60);
  });
});
