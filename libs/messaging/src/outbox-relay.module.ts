import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Jobs } from '#libs/contracts';
import { Database } from '#libs/database';
import { JobQueue } from '#libs/bull';
import { OutboxMetrics } from './outbox-metrics.js';
import { OutboxModule } from './outbox.module.js';
import { OutboxRelay } from './outbox-relay.js';
import { OutboxRows } from './outbox-rows.js';
import { OutboxSignal } from './outbox-signal.js';
import type { Route } from './route.js';

/** One for all relays of a process, since a registry takes a metric's name only once. */
@Module({ providers: [OutboxMetrics], exports: [OutboxMetrics] })
class OutboxMetricsModule {}

/** Carries the messages of one schema's outbox to the queues while the process runs. */
@Module({})
export class OutboxRelayModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly signal: OutboxSignal,
  ) {}

  static forSchema(schema: string, route: Route): DynamicModule {
    return {
      module: OutboxRelayModule,
      imports: [OutboxModule.forSchema(schema), OutboxMetricsModule],
      providers: [
        {
          provide: OutboxRelay,
          inject: [OutboxRows, Database, JobQueue, OutboxMetrics],
          useFactory: (
            rows: OutboxRows,
            database: Database,
            jobs: JobQueue<Jobs>,
            metrics: OutboxMetrics,
          ) => {
            metrics.watch(schema, () => database.read((em) => rows.backlog(em)));
            return new OutboxRelay(schema, rows, route, database, jobs);
          },
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.relay.start(this.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}
