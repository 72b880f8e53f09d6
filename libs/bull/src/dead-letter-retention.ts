import { Injectable, Logger } from '@nestjs/common';
import { type Job, toLoggableError } from '#libs/jobs';
import { Queues } from './queues.js';

const EVERY_MS = 3_600_000;

/**
 * Removes dead letters whose time is up. Bull looks at their age only when another job of the same queue fails, which may be
 * never.
 */
@Injectable()
export class DeadLetterRetention {
  private readonly logger = new Logger(DeadLetterRetention.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly queues: Queues) {}

  start(jobs: readonly Job[]): void {
    const tidy = (): void => {
      for (const { name, keepFailed } of jobs) {
        void this.removeOlder(name, keepFailed.ageSeconds * 1_000);
      }
    };
    tidy();
    this.timer = setInterval(tidy, EVERY_MS);
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
      this.logger.warn(
        `expired dead letters of "${name}" could not be removed; retrying in an hour: ${toLoggableError(error).message}`,
      );
    }
  }
}
