import { Injectable, Optional } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Clock } from '#libs/clock';
import { PeerDirectory } from '#libs/contracts';
import { Database } from '#libs/database';
import { within } from '#libs/lifecycle';
import { findLatestRebuild } from './recipient-rebuild.repository.js';
import { findOldestChange } from './recipient.repository.js';

/** An unresponsive PostgreSQL must not block a scrape. The metrics are then omitted. */
const COLLECT_WITHIN_MS = 500;

/** Metrics of the copy of all users. Always 0 if accounts runs in this process. */
@Injectable()
export class RecipientMetrics {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    registry: Registry,
    @Optional() private readonly accounts?: PeerDirectory,
  ) {
    this.gauge(
      registry,
      'gatehouse_recipients_outdated_seconds',
      "For how long a change of a user hasn't been in the copy that notifications has; 0 if all are.",
      () => this.outdatedSeconds(),
    );
    this.gauge(
      registry,
      'gatehouse_recipients_rebuild_users',
      'Users that a running rebuild of that copy has read; 0 if none is running.',
      () => this.rebuiltUsers(),
    );
  }

  private async outdatedSeconds(): Promise<number> {
    const oldest = await this.database.run(findOldestChange);
    return oldest ? Math.max(0, this.clock.millis() - oldest.getTime()) / 1000 : 0;
  }

  private async rebuiltUsers(): Promise<number> {
    const latest = await this.database.run(findLatestRebuild);
    return latest && !latest.finishedAt ? latest.usersDone : 0;
  }

  private gauge(registry: Registry, name: string, help: string, measure: () => Promise<number>): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: async () => {
        const value = this.accounts ? await within(COLLECT_WITHIN_MS, measure()) : 0;
        gauge.reset();
        if (value !== undefined) {
          gauge.set(value);
        }
      },
    });
  }
}
