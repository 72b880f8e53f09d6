import { extname } from 'node:path';
import type { Options } from '@node-rs/argon2';
import { Piscina } from 'piscina';
import type { HashingTask } from './hashing.thread.js';
import type { PasswordHash } from './stored-hash.js';

/**
 * A thread that has the next password at hand doesn't wait for the event loop, which has to wait for a processor itself
 * when there are few.
 */
export const TASKS_PER_THREAD = 2;

const IDLE_MS = 60_000;
// TypeScript in tests, where Node.js strips the types.
const THREAD = new URL(`hashing.thread${extname(import.meta.url)}`, import.meta.url).href;

/** Threads that hash passwords. They start when they are needed, and end when nobody has signed in for a minute. */
export class HashingThreads {
  private readonly pool: Piscina<HashingTask, string | boolean>;

  constructor(count: number) {
    this.pool = new Piscina({
      filename: THREAD,
      name: 'runTask',
      minThreads: 0,
      maxThreads: count,
      concurrentTasksPerWorker: TASKS_PER_THREAD,
      idleTimeout: IDLE_MS,
    });
  }

  async hash(password: string, options: Options): Promise<string> {
    return String(await this.pool.run({ kind: 'hash', password, options }));
  }

  /** @param forms of the password, of which one has to match */
  async verify(stored: PasswordHash, forms: readonly string[]): Promise<boolean> {
    return (await this.pool.run({ kind: 'verify', forms, stored })) === true;
  }

  /** Waits for what the threads have begun. */
  close(): Promise<void> {
    return this.pool.close();
  }
}
