import { extname } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pLimit from 'p-limit';
import { Piscina } from 'piscina';
import type { MjmlResult } from './mjml.thread.js';

const TIMEOUT_MS = 5_000;
const IDLE_MS = 10_000;
// TypeScript in tests, where Node.js strips the types.
const THREAD = new URL(`mjml.thread${extname(import.meta.url)}`, import.meta.url).href;

const TOO_SLOW = { error: 'takes too long', breaksThread: true } as const;

/** Turns MJML into HTML, in a thread that a source can neither crash for others nor keep busy forever. */
@Injectable()
export class MjmlThreads implements OnApplicationShutdown {
  private pool: Piscina<string, MjmlResult> | undefined;
  /** One at a time, so that what breaks the thread breaks nothing else, and no time is spent in a queue. */
  private readonly inTurn = pLimit(1);

  toHtml(source: string): Promise<MjmlResult> {
    return this.inTurn(async () => {
      const pool = (this.pool ??= createPool());
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const result = await pool.run(source, { signal }).catch((error: unknown) => {
        if (!signal.aborted) {
          throw error;
        }
        return TOO_SLOW;
      });
      if ('breaksThread' in result) {
        this.pool = undefined;
        await pool.destroy();
      }
      return result;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.close();
  }
}

function createPool(): Piscina<string, MjmlResult> {
  return new Piscina({
    filename: THREAD,
    name: 'toHtml',
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
  });
}
