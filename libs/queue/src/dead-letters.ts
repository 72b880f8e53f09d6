import { Injectable } from '@nestjs/common';
import { Queues } from './queues.js';

/** Only while it is a dead letter: a job that runs must keep its count. */
const RENEW_ATTEMPTS = `
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  redis.call('HSET', KEYS[1], 'attemptsMade', 0)
  return 1
end
return 0`;

/** Thrown for what has not failed for good, or is not there any more. */
export class NotADeadLetterError extends Error {
  override readonly name = 'NotADeadLetterError';
}

/** Jobs that failed for good, which people may put back. */
@Injectable()
export class DeadLetters {
  constructor(private readonly queues: Queues) {}

  /**
   * Puts a dead letter back on its queue, with all its attempts before it; its runs then know that it was revived.
   *
   * @throws NotADeadLetterError
   */
  async revive(name: string, jobId: string): Promise<void> {
    const queue = this.queues.get(name);
    const job = await queue.getJob(jobId);
    const keys = [jobId, 'failed'].map((suffix) => queue.toKey(suffix));
    if (!job || (await queue.client.eval(RENEW_ATTEMPTS, keys.length, ...keys, jobId)) === 0) {
      throw new NotADeadLetterError(`"${name}" has no dead letter ${jobId}`);
    }
    await job.retry();
  }
}
