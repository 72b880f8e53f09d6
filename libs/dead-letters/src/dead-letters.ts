import type { RedisConnection } from '#libs/redis';
import { queuePrefix } from './queue-prefix.js';

/**
 * Bull's own retry doesn't reset the attempts, and corrupts the job if someone else revives it at the same time.
 * Workers block on the list, so the push is all they need.
 */
const REVIVE = `
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], 'attemptsMade', 0, 'retriedOn', ARGV[2])
redis.call('HDEL', KEYS[1], 'finishedOn', 'processedOn', 'failedReason')
redis.call('LPUSH', KEYS[redis.call('EXISTS', KEYS[4]) == 1 and 5 or 3], ARGV[1])
return 1`;
const KEYS = ['failed', 'wait', 'meta-paused', 'paused'];

/** A job that failed for good. */
export interface DeadLetter {
  readonly queue: string;
  readonly id: string;
  readonly enqueuedAt: Date;
  readonly failedAt: Date;
  readonly attempts: number;
  /** The message of its last error, which contains no values. */
  readonly reason: string;
}

/** Thrown if the job hasn't failed for good or no longer exists. */
export class NotADeadLetterError extends Error {
  override readonly name = 'NotADeadLetterError';
}

/**
 * Jobs that failed for good, which people can revive. Knows how Bull stores them, so that processes without queues can show
 * them.
 */
export class DeadLetters {
  /** @param redis where the queues are. Its errors are those of all methods */
  constructor(private readonly redis: RedisConnection) {}

  /** The IDs of all dead letters of a queue. */
  ids(queue: string): Promise<string[]> {
    return this.redis.zrange(keyOf(this.redis, queue, 'failed'), 0, -1);
  }

  /** @returns null if the job hasn't failed for good or no longer exists */
  async find(queue: string, id: string): Promise<DeadLetter | null> {
    if ((await this.redis.zscore(keyOf(this.redis, queue, 'failed'), id)) === null) {
      return null;
    }
    const members = ['timestamp', 'finishedOn', 'attemptsMade', 'failedReason'] as const;
    const [enqueuedAt, failedAt, attempts, reason] = await this.redis.hmget(
      keyOf(this.redis, queue, id),
      ...members,
    );
    return enqueuedAt && failedAt
      ? {
          queue,
          id,
          enqueuedAt: new Date(Number(enqueuedAt)),
          failedAt: new Date(Number(failedAt)),
          attempts: Number(attempts),
          reason: reason ?? '',
        }
      : null;
  }

  /**
   * Puts a dead letter back on its queue with all of its attempts. Its runs see that it was revived.
   * @throws NotADeadLetterError
   */
  async revive(queue: string, id: string): Promise<void> {
    const keys = [id, ...KEYS].map((suffix) => keyOf(this.redis, queue, suffix));
    if ((await this.redis.eval(REVIVE, keys.length, ...keys, id, Date.now())) === 0) {
      throw new NotADeadLetterError(`"${queue}" has no dead letter ${id}`);
    }
  }
}

/** The key of a job, or of what a queue consists of. */
function keyOf(redis: RedisConnection, queue: string, suffix: string): string {
  return `${queuePrefix(redis, queue)}:${queue}:${suffix}`;
}
