import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Connections, type PoolUsage } from '#libs/database';

/** Updated in the background: other metrics query PostgreSQL during a scrape, which would distort these. */
const UPDATE_EVERY_MS = 1_000;

const METRICS: Readonly<Record<string, { readonly help: string; readonly of: (pool: PoolUsage) => number }>> =
  {
    gatehouse_database_connections_used: {
      help: 'Connections to PostgreSQL that are in use.',
      of: ({ used }) => used,
    },
    gatehouse_database_connections_idle: {
      help: 'Connections to PostgreSQL that are open but idle.',
      of: ({ idle }) => idle,
    },
    gatehouse_database_connections_max: {
      help: 'Maximum number of connections to PostgreSQL for this process.',
      of: ({ max }) => max,
    },
    gatehouse_database_waiting: {
      help: 'Operations waiting for a connection to PostgreSQL.',
      of: ({ waiting }) => waiting,
    },
  };

/** Metrics of the PostgreSQL connections of all pools together. */
@Injectable()
export class PoolMetrics implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly gauges: readonly (readonly [Gauge, (pool: PoolUsage) => number])[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connections: Connections,
    registry: Registry,
  ) {
    this.gauges = Object.entries(METRICS).map(([name, { help, of }]) => [
      new Gauge({ name, help, registers: [registry] }),
      of,
    ]);
  }

  async onApplicationBootstrap(): Promise<void> {
    const pools = await this.connections.pools();
    this.update(pools);
    this.timer = setInterval(() => {
      this.update(pools);
    }, UPDATE_EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private update(pools: readonly (() => PoolUsage)[]): void {
    const usages = pools.map((usage) => usage());
    for (const [gauge, of] of this.gauges) {
      gauge.set(usages.reduce((sum, usage) => sum + of(usage), 0));
    }
  }
}
