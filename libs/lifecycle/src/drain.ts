import { setTimeout } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';

/**
 * Graceful shutdown. On SIGTERM, readiness returns 503 immediately while requests are still served for some seconds, so
 * that load balancers notice and send clients elsewhere. Only then do the listeners close: Kubernetes removes endpoints
 * in parallel with the signal, not before it.
 */
@Injectable()
export class Drain implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(Drain.name);
  private isDraining = false;

  constructor(private readonly seconds: number) {}

  get active(): boolean {
    return this.isDraining;
  }

  /** Runs in the first hook, so that nothing others wait for in the next one delays readiness. */
  onModuleDestroy(): void {
    this.isDraining = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.logger.log(`draining for ${this.seconds} seconds: readiness returns 503, requests are still served`);
    await setTimeout(this.seconds * 1000);
  }
}
