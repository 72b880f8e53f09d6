import { describe, expect, it } from '@jest/globals';
import { greet, useJobBench } from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { InvalidPayloadError, PostponeJobError, UnrecoverableJobError } from '#libs/jobs';

const bench = useJobBench();
const { household } = bench;

describe('a job', () => {
  it('reaches its processor with its payload and leaves nothing behind', async () => {
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'one' });
    await eventually(() => {
      expect(household.greeted).toEqual([{ name: 'Ada', attempt: 1 }]);
    });
    await eventually(async () => expect(await bench.redis.exists('bull:greet:one')).toBe(0));
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
    await jobs.enqueue(greet, { name: 'ada-lovelace' });
    const [letter] = await eventually(async () => {
      const letters = await bench.deadLetters();
      expect(letters).toHaveLength(1);
      return letters;
    });
    expect(household.greeted).toHaveLength(3);
    expect(letter?.failedReason).toBe('Error (E_RUDE)');
    expect(JSON.stringify(letter?.stacktrace)).not.toContain('lovelace');
    expect(JSON.stringify(letter?.stacktrace)).toContain('queue.spec');
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
    household.greet = (_, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    const jobs = await bench.start();
    await jobs.enqueue(greet, { name: 'Ada' });
    await eventually(async () => {
      expect((await bench.deadLetters()).map(({ failedReason }) => failedReason)).toEqual([
        'timed out after 300 ms',
      ]);
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    const [, seconds] =
      /job_duration_seconds_sum\{queue="greet",outcome="retried"\} (\S+)/.exec(await bench.metrics()) ?? [];
    expect(Number(seconds)).toBeGreaterThan(0.5);
    expect(Number(seconds)).toBeLessThan(60);
  });
});
