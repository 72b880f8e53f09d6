import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

const RESOLUTION_MS = 20;
const WINDOW_MS = 10_000;

/** Measures the recent event loop delay. */
@Injectable()
export class EventLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private lastMeanMs = 0;
  private timer: NodeJS.Timeout | undefined;

  onApplicationBootstrap(): void {
    this.delay.enable();
    this.timer = setInterval(() => {
      this.lastMeanMs = this.currentMeanMs();
      this.delay.reset();
    }, WINDOW_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.delay.disable();
  }

  /** The mean delay over the last 10 to 20 seconds, in milliseconds. */
  get meanDelayMs(): number {
    return Math.round(Math.max(this.lastMeanMs, this.currentMeanMs()));
  }

  private currentMeanMs(): number {
    return Number.isNaN(this.delay.mean) ? 0 : this.delay.mean / 1e6;
  }
}
