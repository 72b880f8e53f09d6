import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit, Optional } from '@nestjs/common';
import { Clock, SharedClock } from '#libs/clock';
import { Connections } from './connections.js';

const SYNC_EVERY_MS = 5_000;
/** A slower answer says too little about when it was given. */
const MAX_ROUND_TRIP_MS = 500;
/** An offset that people should know of. */
const NOTABLE_OFFSET_MS = 1_000;

/** Keeps the clock of this process at PostgreSQL's time, to within half a round trip. */
@Injectable()
export class ClockSync implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Clock');
  private timer: NodeJS.Timeout | undefined;
  private isOff = false;

  constructor(
    private readonly connections: Connections,
    @Optional() private readonly clock?: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const { clock } = this;
    const [schema] = this.connections.schemas;
    if (clock instanceof SharedClock && schema) {
      const sync = (): Promise<void> => this.sync(clock, schema.name);
      clock.whenJumped(() => void sync());
      this.timer = setInterval(() => void sync(), SYNC_EVERY_MS).unref();
      await sync();
      // The first reading includes opening the connection, and so can be off by half of that.
      await sync();
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** While PostgreSQL doesn't answer, the clock goes on from the last reading. */
  private async sync(clock: SharedClock, schema: string): Promise<void> {
    const before = performance.now();
    const rows = await this.connections
      .ask<{ millis: number }>(
        schema,
        'select (extract(epoch from clock_timestamp()) * 1000)::float8 as millis',
      )
      .catch(() => []);
    const after = performance.now();
    if (rows[0] && after - before <= MAX_ROUND_TRIP_MS) {
      this.report(clock.set({ millis: rows[0].millis, at: (before + after) / 2 }));
    }
  }

  private report(aheadMs: number): void {
    const isOff = Math.abs(aheadMs) >= NOTABLE_OFFSET_MS;
    if (isOff && !this.isOff) {
      const seconds = (Math.abs(aheadMs) / 1000).toFixed(1);
      this.logger.warn(
        `this machine's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} PostgreSQL's, whose time we use: ` +
          'check its time synchronization (NTP)',
      );
    }
    this.isOff = isOff;
  }
}
