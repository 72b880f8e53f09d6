import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MikroORM } from '@mikro-orm/postgresql';
import { Gauge, Registry } from 'prom-client';

/** What node-postgres tells of its pool. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

/** A scrape asks PostgreSQL itself, and would count its own questions: so the figures are those of a moment before. */
const LOOK_EVERY_MS = 1_000;

const FIGURES: Readonly<Record<string, { readonly help: string; readonly of: (pool: Pool) => number }>> = {
  gatehouse_database_connections_used: {
    help: 'Connections to PostgreSQL that are in use.',
    of: ({ totalCount, idleCount }) => totalCount - idleCount,
  },
  gatehouse_database_connections_idle: {
    help: 'Connections to PostgreSQL that are open but idle.',
    of: ({ idleCount }) => idleCount,
  },
  gatehouse_database_connections_max: {
    help: 'Maximum number of connections to PostgreSQL for this process.',
    of: ({ options }) => options.max,
  },
  gatehouse_database_waiting: {
    help: 'Operations waiting for a connection to PostgreSQL.',
    of: ({ waitingCount }) => waitingCount,
  },
};

/** Tells Prometheus how much of the pool of connections to PostgreSQL is in use. */
@Injectable()
export class PoolMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly gauges: readonly (readonly [Gauge, (pool: Pool) => number])[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly orm: MikroORM,
    registry: Registry,
  ) {
    this.gauges = Object.entries(FIGURES).map(([name, { help, of }]) => [
      new Gauge({ name, help, registers: [registry] }),
      of,
    ]);
  }

  async onApplicationBootstrap(): Promise<void> {
    const pool = await this.orm.driver.getConnection().getNativeClient();
    this.look(pool);
    this.timer = setInterval(() => {
      this.look(pool);
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private look(pool: Pool): void {
    for (const [gauge, of] of this.gauges) {
      gauge.set(of(pool));
    }
  }
}
