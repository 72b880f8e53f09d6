import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Queues } from './queues.js';

const POLL_MS = 100;

/** What a queue that was paused still has. */
export interface Drained {
  /** How many jobs still run. None if the queue is drained: none starts until it's resumed. */
  readonly active: number;
  readonly waiting: number;
}

/**
 * Drains queues: pauses one in all processes and waits until nothing that it has started is running. What waits is kept.
 */
@Injectable()
export class QueueDrain {
  constructor(private readonly queues: Queues) {}

  /** Resolves when the queue is drained, or after `withinMs`. @throws Error of Redis, or for an unknown queue */
  async drain(name: string, withinMs: number): Promise<Drained> {
    const queue = this.queues.get(name);
    const deadline = performance.now() + withinMs;
    await queue.pause();
    let left = await this.count(name);
    while (left.active > 0 && performance.now() < deadline) {
      await setTimeout(POLL_MS);
      left = await this.count(name);
    }
    return left;
  }

  private async count(name: string): Promise<Drained> {
    const [active, waiting] = await Promise.all([
      this.queues.get(name).getActiveCount(),
      this.queues.get(name).getPausedCount(),
    ]);
    return { active, waiting };
  }
}
