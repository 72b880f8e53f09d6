import { Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { within } from '#libs/lifecycle';
import { JobInterruptedError, toLoggableError } from '#libs/jobs';
import type { QueueConnections } from './queue-connections.js';

const CLOSE_WITHIN_MS = 2_000;
const REPEAT_LOG_AFTER_MS = 60_000;

/** The Bull queues by the name of their job. */
export class Queues {
  private readonly logger = new Logger('Queue');
  private readonly byName: ReadonlyMap<string, Queue>;
  private readonly lastLogged = new Map<string, number>();

  constructor(
    queues: readonly Queue[],
    readonly connections: QueueConnections,
  ) {
    this.byName = new Map(queues.map((queue) => [queue.name, queue]));
    queues.forEach((queue) => {
      this.tame(queue);
    });
  }

  /** @throws Error for a name that the job table does not have */
  get(name: string): Queue {
    const queue = this.byName.get(name);
    if (!queue) {
      throw new Error(`the job table has no job "${name}"`);
    }
    return queue;
  }

  entries(): [string, Queue][] {
    return [...this.byName];
  }

  /** After the runs have ended. Takes a bounded time, whether or not Redis answers. */
  async close(): Promise<void> {
    await within(
      CLOSE_WITHIN_MS,
      Promise.allSettled([...this.byName.values()].map((queue) => queue.close(true))),
    );
    this.connections.close();
  }

  private tame(queue: Queue): void {
    // @nestjs/bull would close each queue by itself and wait without bound for a Redis that is down.
    Reflect.deleteProperty(queue, 'onApplicationShutdown');
    // Bull floats this promise; a connection closed before it was ever ready would end the process as an unhandled
    // rejection.
    const named = queue as Queue & { setWorkerName(): Promise<void> };
    const setWorkerName = named.setWorkerName.bind(queue);
    named.setWorkerName = () => setWorkerName().catch(() => undefined);
    queue.on('error', (error) => {
      this.report(queue.name, error);
    });
  }

  /** While Redis is down, all that is to say is said by the connections, once. */
  private report(name: string, error: unknown): void {
    if (!this.connections.isReady || error instanceof JobInterruptedError) {
      return;
    }
    const line = `queue "${name}": ${error instanceof Error ? safeMessage(error) : 'unknown error'}`;
    const now = Date.now();
    if (now - (this.lastLogged.get(line) ?? 0) > REPEAT_LOG_AFTER_MS) {
      this.lastLogged.set(line, now);
      this.logger.warn(line);
    }
  }
}

/** ioredis' own errors quote no values; replies of a script may. */
function safeMessage(error: Error): string {
  return /^(Command timed out|Connection is closed)/.test(error.message)
    ? error.message
    : toLoggableError(error).message;
}
