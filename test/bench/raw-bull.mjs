// Enqueues empty jobs and completes them, with nothing but Bull. Run by mails.mjs, in a process of its own.
import Bull from 'bull';

const [redisUrl, jobs] = [process.argv[2], Number(process.argv[3])];
const ENQUEUED_AT_ONCE = 50;
const CONCURRENCY = 10;

const queue = new Bull('raw', redisUrl, { defaultJobOptions: { removeOnComplete: true } });
let done = 0;
const finished = new Promise((resolve) => {
  void queue.process(CONCURRENCY, () => {
    done += 1;
    if (done === jobs) {
      resolve();
    }
    return Promise.resolve();
  });
});
await queue.isReady();
const startedAt = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: ENQUEUED_AT_ONCE }, async () => {
    while (next < jobs) {
      next += 1;
      await queue.add({});
    }
  }),
);
await finished;
process.stdout.write(`${JSON.stringify({ perSecond: (jobs * 1_000) / (performance.now() - startedAt) })}\n`);
await queue.close();
