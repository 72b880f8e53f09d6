import { afterEach, expect, it, jest } from '@jest/globals';
import { Clock } from '#libs/clock';
import type { Database } from '#libs/database';
import type { ReplicaChannel } from '#libs/redis';
import { ProfileCache } from '../../src/accounts/users/profile-cache.js';
import type { Profile } from '../../src/accounts/users/profile.js';
import { ApiKeyCache } from '../../src/accounts/auth/api-keys/api-key-cache.js';
import { RoleCache } from '../../src/accounts/auth/roles/role-cache.js';
import { SessionCache } from '../../src/accounts/auth/sessions/session-cache.js';

class StillClock extends Clock {
  override now(): Date {
    return new Date(0);
  }
}

/** Invalidations arrive, but there are none: someone has changed PostgreSQL by hand, or a process was killed. */
const channel = { on: () => undefined, reliableSince: 0 } as unknown as ReplicaChannel;

const LOOKUPS: Readonly<Record<string, (database: Database) => () => Promise<unknown>>> = {
  'a session': (database) => {
    const cache = new SessionCache(channel, database, new StillClock());
    return () => cache.check('a session');
  },
  'an API key': (database) => {
    const cache = new ApiKeyCache(channel, database);
    return () => cache.get('a hash');
  },
  roles: (database) => {
    const cache = new RoleCache(channel, database);
    return () => cache.get();
  },
  'a profile': (database) => {
    const cache = new ProfileCache(channel);
    return () => cache.get('a user', () => database.run(() => Promise.resolve({} as Profile)));
  },
};

// `performance` is the one of all files that this process runs.
afterEach(() => {
  jest.restoreAllMocks();
});

it.each(Object.keys(LOOKUPS))(
  'a change that no replica heard of counts after 30 seconds: %s',
  async (what) => {
    let now = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    let lookups = 0;
    const database = { run: () => Promise.resolve((lookups += 1) && []) } as unknown as Database;
    const look = LOOKUPS[what]?.(database);
    for (const [laterMs, expected] of [
      [0, 1],
      [30_000, 1],
      [1, 2],
    ] as const) {
      now += laterMs;
      await look?.();
      expect(lookups).toBe(expected);
    }
  },
);
