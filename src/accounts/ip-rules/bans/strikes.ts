import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Mac, MacFactory } from '#libs/crypto';
import { hashTag, REDIS, type RedisConnection } from '#libs/redis';
import type { Trigger } from './triggers.js';

/** After a failure, Redis gets a rest. */
const RETRY_AFTER_MS = 1000;
const MAX_LOCAL_CLIENTS = 10_000;
/** 96 bits of a MAC: enough to tell some dozens of values apart. */
const MEMBER_LENGTH = 16;

/**
 * Counts how many different failures a client has had within a window, across all replicas, and per replica while Redis is
 * down. Only keyed hashes are kept, of addresses as well as of what was presented.
 */
@Injectable()
export class Strikes {
  private readonly mac: Mac;
  private readonly local = new LRUCache<string, Set<string>>({ max: MAX_LOCAL_CLIENTS });
  private retryAt = 0;

  constructor(
    @Inject(REDIS) private readonly redis: RedisConnection,
    macs: MacFactory,
  ) {
    this.mac = macs.for('strikes');
  }

  /**
   * Counts a failure. The window begins with the first one.
   * @returns how many different ones there have been, or undefined if there was the same one before
   */
  async add({ name, windowMs }: Trigger, client: string, value: string): Promise<number | undefined> {
    const key = `strikes:${this.mac.sign(`${name} ${client}`)}`;
    const member = this.mac.sign(value).slice(0, MEMBER_LENGTH);
    if (performance.now() >= this.retryAt) {
      try {
        return await this.addForAll(key, member, windowMs);
      } catch {
        this.retryAt = performance.now() + RETRY_AFTER_MS;
      }
    }
    return this.addLocally(key, member, windowMs);
  }

  private async addForAll(key: string, member: string, windowMs: number): Promise<number | undefined> {
    const name = hashTag(this.redis, key);
    const results = await this.redis
      .multi()
      .sadd(name, member)
      .pexpire(name, windowMs, 'NX')
      .scard(name)
      .exec();
    const [[, added], , [, count]] = results as [[null, number], unknown, [null, number]];
    return added === 1 ? count : undefined;
  }

  private addLocally(key: string, member: string, windowMs: number): number | undefined {
    const members = this.local.get(key) ?? new Set<string>();
    if (members.has(member)) {
      return undefined;
    }
    if (members.size === 0) {
      this.local.set(key, members, { ttl: windowMs });
    }
    return members.add(member).size;
  }
}
