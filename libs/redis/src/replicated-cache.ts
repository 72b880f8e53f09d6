import { LRUCache } from 'lru-cache';
import type { ReplicaChannel } from './replica-channel.js';

interface Entry<V> {
  readonly value: V;
  readonly loadedAt: number;
}

interface CacheOptions {
  /** The topic on which its invalidations travel. */
  readonly topic: string;
  readonly maxEntries: number;
  /** How long an entry is trusted while invalidations arrive: a bound for what no message tells, such as a crash. */
  readonly maxAgeMs: number;
}

/** Without messages from other replicas, what was read is trusted for this long. */
const MAX_AGE_WHILE_UNRELIABLE_MS = 1000;

/**
 * An in-process cache that every replica invalidates. It never keeps what was read before an invalidation and arrived
 * after it: such a read is marked and its result is used once, but not kept.
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

  /** The value if it is cached and may be trusted. */
  peek(key: string): V | undefined {
    const entry = this.entries.get(key);
    return entry && this.isTrusted(entry) ? entry.value : undefined;
  }

  /** The cached value, or what `load` gives; requests that miss at the same time share one load. */
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

  /** To be called after the commit: every replica reads the value anew. */
  invalidate(key: string): void {
    this.channel.publish(this.options.topic, key);
  }

  private forget(key: string): void {
    this.entries.delete(key);
    this.loading.delete(key);
  }

  private isTrusted({ loadedAt }: Entry<V>): boolean {
    const age = performance.now() - loadedAt;
    const reliableSince = this.channel.reliableSince;
    return reliableSince !== undefined && loadedAt >= reliableSince
      ? age <= this.options.maxAgeMs
      : reliableSince === undefined && age <= MAX_AGE_WHILE_UNRELIABLE_MS;
  }
}
