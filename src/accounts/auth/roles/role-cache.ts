import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { ReplicaChannel, ReplicatedCache } from '#libs/redis';
import { findGrants } from './role.repository.js';

/** All roles under one key: there are few, and a request may need several. */
const ALL = 'all';
const MAX_AGE_MS = 30_000;

/** The permissions of each role, by name. */
export type Grants = ReadonlyMap<string, ReadonlySet<string>>;

/** Caches what roles grant. A change takes effect on all replicas within a second. */
@Injectable()
export class RoleCache {
  private readonly cache: ReplicatedCache<Grants>;

  constructor(
    channel: ReplicaChannel,
    private readonly database: Database,
  ) {
    this.cache = new ReplicatedCache(channel, { topic: 'roles', maxEntries: 1, maxAgeMs: MAX_AGE_MS });
  }

  /** What's cached, if anything: the synchronous fast path. */
  peek(): Grants | undefined {
    return this.cache.peek(ALL);
  }

  get(): Promise<Grants> {
    return this.cache.get(ALL, async () => {
      const roles = await this.database.run(findGrants);
      return new Map(roles.map(({ name, permissions }) => [name, new Set(permissions)]));
    });
  }

  /** Makes every replica read them again. Call it after the commit. */
  invalidate(): void {
    this.cache.invalidate(ALL);
  }
}
