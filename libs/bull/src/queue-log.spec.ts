import { expect, it } from '@jest/globals';
import { collectLog } from '../../../test/support/collected-log.js';
import { greet, useJobBench } from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';

const bench = useJobBench();

it('names the kind of a Redis error once, without its text, which may contain values', async () => {
  const jobs = await bench.start();
  const lines = collectLog();
  const texts = (): string[] => lines.map(({ text }) => text);
  // Bull expects hashes there, and its script fails.
  for (const id of ['one', 'other']) {
    await bench.redis.set(`bull:greet:${id}`, 'no job');
    await bench.redis.lpush('bull:greet:wait', id);
  }
  // Bull pauses for five seconds after each failure.
  await jobs.enqueue(greet, { name: 'Ada' });
  await eventually(() => expect(bench.household.greeted).toHaveLength(1));
  expect(texts()).toEqual(['queue "greet": ReplyError']);
  // More than a minute later, it's news again.
  const realNow = Date.now;
  for (const [laterMs, count] of [
    [30_000, 1],
    [61_000, 2],
    [62_000, 2],
  ] as const) {
    const now = realNow() + laterMs;
    Date.now = () => now;
    bench.queues.get('greet').emit('error', Object.assign(new Error('no'), { name: 'ReplyError' }));
    Date.now = realNow;
    expect(texts()).toEqual(Array(count).fill('queue "greet": ReplyError'));
  }
});

it.each<[string, (id: string) => Promise<unknown>]>([
  ['has the lock', (id) => bench.redis.set(`bull:greet:${id}:lock`, 'the token of another process')],
  ['has given the lock back', (id) => bench.redis.del(`bull:greet:${id}:lock`)],
  ['has put the job back', (id) => bench.redis.lrem('bull:greet:active', 0, id)],
  ['has completed the job', (id) => bench.redis.del(`bull:greet:${id}`)],
])('says that another process took over a job if that one %s', async (_, takeOver) => {
  bench.household.greet = async () => {
    await takeOver('taken');
    throw new Error('no one is at home');
  };
  const jobs = await bench.start();
  const lines = collectLog();
  await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'taken' });
  await eventually(() =>
    expect(lines.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^queue "greet": another process took over a job/),
    ),
  );
});

it.each([
  ['Redis is slow or not responding: Connection is closed.', 'Connection is closed.'],
  ['Redis is slow or not responding: Command timed out', 'Command timed out'],
  [
    "Redis is slow or not responding: Stream isn't writeable",
    "Stream isn't writeable and enableOfflineQueue is false",
  ],
])('says that %s', async (line, message) => {
  await bench.start();
  const lines = collectLog();
  bench.queues.get('greet').emit('error', new Error(message));
  expect(lines.map(({ text }) => text)).toEqual([expect.stringContaining(line)]);
});
