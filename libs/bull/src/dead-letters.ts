import { Injectable } from '@nestjs/common';
import { Queues } from './queues.js';

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

/** Thrown if the job hasn't failed for good or no longer exists. */
export class NotADeadLetterError extends Error {
  override readonly name = 'NotADeadLetterError';
}

/** Jobs that failed for good, which people can revive. */
@Injectable()
export class DeadLetters {
  constructor(private readonly queues: Queues) {}

  /**
   * Puts a dead letter back on its queue with all of its attempts. Its runs see that it was revived.
   * @throws NotADeadLetterError
   */
  async revive(name: string, jobId: string): Promise<void> {
    const queue = this.queues.get(name);
    const keys = [jobId, ...KEYS].map((suffix) => queue.toKey(suffix));
    if ((await queue.client.eval(REVIVE, keys.length, ...keys, jobId, Date.now())) === 0) {
      throw new NotADeadLetterError(`"${name}" has no dead letter ${jobId}`);
    }
  }
}
