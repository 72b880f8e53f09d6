import { Injectable, Logger } from '@nestjs/common';
import { type Job, toLoggableError } from '#libs/jobs';
import { Queues } from './queues.js';

const EVERY_MS = 3_600_000;

/**
 * Removes expired dead letters. Bull only checks their age when another job of the same queue fails, which may never
 * happen.
 */
@Injectable()
export class DeadLetterRetention {
  private readonly logger = new Logger(DeadLetterRetention.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly queues: Queues) {}

  start(jobs: readonly Job[]): void {
    const removeExpired = (): void => {
      for (const { name, keepFailed } of jobs) {
        void this.removeOlder(name, keepFailed.ageSeconds * 1_000);
      }
    };
    removeExpired();
    this.timer = setInterval(removeExpired, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async removeOlder(name: string, ageMs: number): Promise<void> {
    try {
      await this.queues.connections.ready();
      const removed = await this.queues.get(name).clean(ageMs, 'failed');
      if (removed.length > 0) {
        this.logger.warn(`removed ${removed.length} expired dead letters of "${name}"`);
      }
    } catch (error) {
      if (!this.queues.connections.isReady) {
        return; // The connections have logged why. Nothing is lost if it happens an hour later.
      }
      this.logger.warn(
        `expired dead letters of "${name}" could not be removed; retrying in an hour: ${toLoggableError(error).message}`,
      );
    }
  }
}
