import { LRUCache } from 'lru-cache';
import type { ReplicaChannel } from './replica-channel.js';

interface Entry<V> {
  readonly value: V;
  readonly loadedAt: number;
}

interface CacheOptions {
  /** The channel topic for its invalidations. */
  readonly topic: string;
  readonly maxEntries: number;
  /**
   * How long an entry is valid while invalidations arrive. Limits the damage if one is never sent, such as after a
   * crash.
   */
  readonly maxAgeMs: number;
}

/** How long an entry is valid while invalidations from other replicas may be missing. */
const MAX_AGE_WHILE_UNRELIABLE_MS = 1000;

/**
 * An in-process cache that is invalidated across all replicas. If an invalidation arrives while a value is being
 * loaded, that value is returned once but not cached.
 */
export class ReplicatedCache<V> {
  private readonly entries: LRUCache<string, Entry<V>>;
  private readonly loading = new Map<string, Promise<V>>();

  constructor(
    private readonly channel: ReplicaChannel,
    private readonly options: CacheOptions,
  ) {
    this.entries = new LRUCache({ max: options.maxEntries });
    channel.on(options.topic, (key) => this.forget(key));
  }

  /** The value, if it's cached and still valid. */
  peek(key: string): V | undefined {
    const entry = this.entries.get(key);
    return entry && this.isValid(entry) ? entry.value : undefined;
  }

  /** The cached value, or the result of `load`. Concurrent misses for the same key share one load. */
  get(key: string, load: () => Promise<V>): Promise<V> {
    const cached = this.peek(key);
    if (cached !== undefined) {
      return Promise.resolve(cached);
    }
    const running = this.loading.get(key);
    if (running) {
      return running;
    }
    const loadedAt = performance.now();
    const promise = load()
      .then((value) => {
        if (this.loading.get(key) === promise) {
          this.entries.set(key, { value, loadedAt });
        }
        return value;
      })
      .finally(() => {
        if (this.loading.get(key) === promise) {
          this.loading.delete(key);
        }
      });
    this.loading.set(key, promise);
    return promise;
  }

  /** Makes every replica reload the value. Call it after the commit. */
  invalidate(key: string): void {
    this.channel.publish(this.options.topic, key);
  }

  /** Makes this replica alone reload the value. */
  forget(key: string): void {
    this.entries.delete(key);
    this.loading.delete(key);
  }

  private isValid({ loadedAt }: Entry<V>): boolean {
    const age = performance.now() - loadedAt;
    const reliableSince = this.channel.reliableSince;
    return reliableSince !== undefined && loadedAt >= reliableSince
      ? age <= this.options.maxAgeMs
      : reliableSince === undefined && age <= MAX_AGE_WHILE_UNRELIABLE_MS;
  }
}
