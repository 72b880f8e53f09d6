import { expect, it } from '@jest/globals';
import { Queues } from '#libs/bull';
import { greet, useJobBench } from '../../../test/support/job-bench.js';
import { eventually } from '../../../test/support/servers.js';

const bench = useJobBench();
const { household } = bench;

it('runs a job again whose process was killed more than once', async () => {
  const kills = 2;
  household.greet = () => {
    if (household.greeted.length > kills) {
      return Promise.resolve();
    }
    // What Redis sees of a kill: the connections end, and nobody renews the lock.
    bench.apps.at(-1)?.get(Queues).connections.close();
    return new Promise(() => undefined);
  };
  const jobs = await bench.start();
  await jobs.enqueue(greet, { name: 'Ada' }, { jobId: 'unlucky' });
  for (let killed = 1; killed <= kills; killed++) {
    await eventually(() => expect(household.greeted).toHaveLength(killed));
    await bench.start();
  }
  await eventually(() => expect(household.greeted).toHaveLength(kills + 1));
  await eventually(async () => expect(await bench.redis.exists('bull:greet:unlucky')).toBe(0));
  expect(await bench.redis.zcard('bull:greet:failed')).toBe(0);
});
