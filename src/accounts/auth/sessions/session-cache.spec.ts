import { expect, it } from '@jest/globals';
import { Clock } from '#libs/clock';
import type { Database } from '#libs/database';
import type { ReplicaChannel } from '#libs/redis';
import { SessionCache } from './session-cache.js';

class StillClock extends Clock {
  override now(): Date {
    return new Date(0);
  }
}

it('remembers the latest 50,000 sessions', async () => {
  let lookups = 0;
  const database = {
    run: () => {
      lookups += 1;
      return Promise.resolve(null);
    },
  } as unknown as Database;
  const channel = { on: () => undefined, reliableSince: 0 } as unknown as ReplicaChannel;
  const cache = new SessionCache(channel, database, new StillClock());
  for (let session = 0; session < 50_000; session += 1) {
    await cache.check(`session ${session}`);
  }
  await cache.check('session 0');
  expect(lookups).toBe(50_000);
  await cache.check('another');
  await cache.check('session 0');
  expect(lookups).toBe(50_001);
  await cache.check('session 1');
  expect(lookups).toBe(50_002);
});
