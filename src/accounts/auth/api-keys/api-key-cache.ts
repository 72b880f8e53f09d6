import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '#libs/database';
import { parseRate, type Rate } from '#libs/limits';
import { ReplicaChannel, ReplicatedCache } from '#libs/redis';
import { PROFILE_TOPIC } from '../../users/index.js';
import { findByHash } from './api-key.repository.js';

const MAX_ENTRIES = 20_000;
const MAX_AGE_MS = 30_000;

/** What a request with the key needs to know. */
export interface KeyState {
  readonly id: string;
  readonly userId: string;
  readonly permissions: ReadonlySet<string>;
  readonly rateLimit: Rate | null;
  /** In milliseconds since the epoch. Infinite if it never expires. */
  readonly expiresAt: number;
}

interface Checked {
  readonly state: KeyState | null;
}

/**
 * Caches API keys by their hash, because every request with one needs it. What changes an account makes every replica
 * reload its profile; its keys follow, so that revoking one, or taking the account back, needs nothing else.
 */
@Injectable()
export class ApiKeyCache {
  private readonly cache: ReplicatedCache<Checked>;
  private readonly hashesOf = new LRUCache<string, Set<string>>({ max: MAX_ENTRIES });
  private changes = 0;

  constructor(
    channel: ReplicaChannel,
    private readonly database: Database,
  ) {
    this.cache = new ReplicatedCache(channel, {
      topic: 'api-key',
      maxEntries: MAX_ENTRIES,
      maxAgeMs: MAX_AGE_MS,
    });
    channel.on(PROFILE_TOPIC, (userId) => {
      this.changes += 1;
      this.hashesOf.get(userId)?.forEach((hash) => this.cache.forget(hash));
      this.hashesOf.delete(userId);
    });
  }

  /** What's cached, if anything: the synchronous fast path. */
  peek(hash: string): Checked | undefined {
    return this.cache.peek(hash);
  }

  async get(hash: string): Promise<KeyState | null> {
    const before = this.changes;
    const { state } = await this.cache.get(hash, () => this.load(hash));
    // A user has changed while it was read. It may have been this one.
    if (state && before !== this.changes) {
      this.cache.forget(hash);
    }
    return state;
  }

  private async load(hash: string): Promise<Checked> {
    const key = await this.database.run((em) => findByHash(em, hash));
    if (!key) {
      return { state: null };
    }
    const { id, user: userId, permissions, rateLimit, expiresAt } = key;
    this.hashesOf.set(userId, (this.hashesOf.get(userId) ?? new Set()).add(hash));
    return {
      state: {
        id,
        userId,
        permissions: new Set(permissions),
        rateLimit: typeof rateLimit === 'string' ? parseRate(rateLimit) : null,
        expiresAt: expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
      },
    };
  }
}
