import { describe, expect, it } from '@jest/globals';
import { freezeTimers } from '../../../test/support/frozen-timers.js';
import { collectLog } from '../../../test/support/collected-log.js';
import { greet, useJobBench } from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { DeadLetters, NotADeadLetterError } from '#libs/dead-letters';
import { JobQueue, UnrecoverableJobError } from '#libs/jobs';
import { DeadLetterRetention } from './dead-letter-retention.js';

const bench = useJobBench();
const { household } = bench;

/** By default a bit older than dead letters of this job may get. */
async function makeOld(jobId: string, seconds = 3_601): Promise<void> {
  const longAgo = Date.now() - seconds * 1_000;
  await bench.redis.hset(`bull:greet:${jobId}`, 'finishedOn', longAgo);
  await bench.redis.zadd('bull:greet:failed', longAgo, jobId);
}

function deadLetters(): DeadLetters {
  return bench.app.get(DeadLetters);
}

async function aDeadLetter(jobId: string): Promise<void> {
  household.greet = () => Promise.reject(new UnrecoverableJobError('no'));
  const jobs = await bench.start();
  await jobs.enqueue(greet, { name: 'Ada' }, { jobId });
  await eventually(async () => expect(await bench.deadLetters()).toHaveLength(1));
}

describe('reviving a dead letter', () => {
  it('restores all of its attempts and marks its runs as revived', async () => {
    await aDeadLetter('one');
    const revived: boolean[] = [];
    household.greeted.length = 0;
    household.greet = (_, context) => {
      revived.push(context.revived);
      return context.attempt < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    };
    await deadLetters().revive('greet', 'one');
    await eventually(() => {
      expect(household.greeted.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    });
    expect(revived).toEqual([true, true, true]);
    await eventually(async () => expect(await bench.deadLetters()).toEqual([]));
  });

  it('creates a dead letter again when the cause was not fixed', async () => {
    await aDeadLetter('one');
    household.greeted.length = 0;
    await deadLetters().revive('greet', 'one');
    await eventually(async () => expect(await bench.deadLetters()).toHaveLength(1));
    expect(household.greeted[0]).toEqual({ name: 'Ada', attempt: 1 });
  });

  it('waits on a paused queue until it is resumed', async () => {
    await aDeadLetter('one');
    household.greeted.length = 0;
    household.greet = () => Promise.resolve();
    const queue = bench.queues.get('greet');
    await queue.pause();
    await bench.app.get<JobQueue>(JobQueue).enqueue(greet, { name: 'Bob' }, { jobId: 'earlier' });
    await deadLetters().revive('greet', 'one');
    // Workers block on the list of waiting jobs, and would take it from there. They take from its end.
    expect(await bench.redis.lrange('bull:greet:paused', 0, -1)).toEqual(['one', 'earlier']);
    expect(
      await bench.redis.hmget('bull:greet:one', 'finishedOn', 'processedOn', 'failedReason', 'attemptsMade'),
    ).toEqual([null, null, null, '0']);
    expect(await bench.redis.exists('bull:greet:wait')).toBe(0);
    expect(household.greeted).toEqual([]);
    await queue.resume();
    await eventually(() => {
      expect(household.greeted.map(({ name }) => name).sort()).toEqual(['Ada', 'Bob']);
    });
  });

  it('fails if Redis has lost the job itself, instead of queueing one without data', async () => {
    await aDeadLetter('one');
    await bench.redis.del('bull:greet:one');
    await expect(deadLetters().revive('greet', 'one')).rejects.toBeInstanceOf(NotADeadLetterError);
    expect(await bench.redis.exists('bull:greet:one', 'bull:greet:wait')).toBe(0);
  });

  it('runs the job once, even when revived twice at the same time', async () => {
    await aDeadLetter('one');
    household.greeted.length = 0;
    household.greet = () => Promise.resolve();
    const answers = await Promise.allSettled(
      Array.from({ length: 5 }, () => deadLetters().revive('greet', 'one')),
    );
    await eventually(async () => expect(await bench.queues.get('greet').getJob('one')).toBeNull());
    expect(household.greeted).toHaveLength(1);
    const refusals = answers.filter((answer) => answer.status === 'rejected');
    expect(refusals).toHaveLength(4);
    expect(refusals.every(({ reason }) => reason instanceof NotADeadLetterError)).toBe(true);
  });
});

it('removes dead letters that are too old and keeps the rest', async () => {
  await aDeadLetter('old');
  await bench.app.get<JobQueue>(JobQueue).enqueue(greet, { name: 'Bob' }, { jobId: 'young' });
  await eventually(async () => expect(await bench.deadLetters()).toHaveLength(2));
  await makeOld('old');
  await makeOld('young', 3_500);
  await bench.start();
  await eventually(async () => expect((await bench.deadLetters()).map(({ id }) => id)).toEqual(['young']));
  expect(await bench.redis.exists('bull:greet:old')).toBe(0);
});

it('removes dead letters that get too old while a process runs, once an hour', async () => {
  await aDeadLetter('old');
  await bench.app.get<JobQueue>(JobQueue).enqueue(greet, { name: 'Bob' }, { jobId: 'young' });
  await eventually(async () => expect(await bench.deadLetters()).toHaveLength(2));
  await makeOld('old');
  const intervals = freezeTimers('setInterval');
  const lines = collectLog();
  const retention = new DeadLetterRetention(bench.queues);
  retention.start([greet]);
  await eventually(async () => expect((await bench.deadLetters()).map(({ id }) => id)).toEqual(['young']));
  await makeOld('young');
  intervals.pass(3_600_000);
  await eventually(async () => expect(await bench.deadLetters()).toEqual([]));
  const removed = { level: 'warn', text: 'removed 1 expired dead letters of "greet"' };
  await eventually(() => expect(lines).toMatchObject([removed, removed]));
  // Redis is up, so nothing else reports it.
  await bench.redis.set('bull:greet:failed', 'not a list of dead letters');
  intervals.pass(3_600_000);
  await eventually(() =>
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        text: 'expired dead letters of "greet" could not be removed; retrying in an hour: ReplyError',
      }),
    ),
  );
  retention.stop();
  expect(intervals.pending).toEqual([]);
});

it('refuses to revive a job that is not a dead letter, and keeps its attempts', async () => {
  const gate = Promise.withResolvers<void>();
  household.greet = async (_, { attempt }) => {
    if (attempt === 1) {
      throw new Error('once more');
    }
    await gate.promise;
  };
  const jobs = await bench.start();
  await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'running' });
  await eventually(() => {
    expect(household.greeted).toHaveLength(2);
  });
  for (const id of ['running', 'absent']) {
    await expect(deadLetters().revive('greet', id)).rejects.toBeInstanceOf(NotADeadLetterError);
  }
  expect((await bench.queues.get('greet').getJob('running'))?.attemptsMade).toBe(1);
  expect(household.greeted.map(({ attempt }) => attempt)).toEqual([1, 2]);
  gate.resolve();
});
