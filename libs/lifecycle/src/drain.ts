import { setTimeout } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';

/**
 * The way out. On SIGTERM readiness turns to 503 at once, while everything is still served for some seconds, so that
 * balancers notice and send their clients elsewhere; only then do the listeners close (Kubernetes removes endpoints
 * in parallel to the signal, not before it).
 */
@Injectable()
export class Drain implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(Drain.name);
  private begun = false;

  constructor(private readonly seconds: number) {}

  get active(): boolean {
    return this.begun;
  }

  /** The first hook there is: what others wait for in the next one must not keep readiness from turning. */
  onModuleDestroy(): void {
    this.begun = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.logger.log(`draining for ${this.seconds} seconds: readiness returns 503, requests are still served`);
    await setTimeout(this.seconds * 1000);
  }
}
