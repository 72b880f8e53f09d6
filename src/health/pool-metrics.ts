import { Injectable } from '@nestjs/common';
import { MikroORM } from '@mikro-orm/postgresql';
import { Gauge, Registry } from 'prom-client';

/** What node-postgres tells of its pool. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

const FIGURES: Readonly<Record<string, { readonly help: string; readonly of: (pool: Pool) => number }>> = {
  gatehouse_database_connections_used: {
    help: 'Connections to PostgreSQL at work.',
    of: ({ totalCount, idleCount }) => totalCount - idleCount,
  },
  gatehouse_database_connections_idle: {
    help: 'Connections to PostgreSQL that are open and idle.',
    of: ({ idleCount }) => idleCount,
  },
  gatehouse_database_connections_max: {
    help: 'Connections to PostgreSQL that the process may open.',
    of: ({ options }) => options.max,
  },
  gatehouse_database_waiting: {
    help: 'Pieces of work that wait for a connection to PostgreSQL.',
    of: ({ waitingCount }) => waitingCount,
  },
};

/** Tells Prometheus how much of the pool of connections to PostgreSQL is in use. */
@Injectable()
export class PoolMetrics {
  constructor(orm: MikroORM, registry: Registry) {
    for (const [name, { help, of }] of Object.entries(FIGURES)) {
      const gauge = new Gauge({
        name,
        help,
        registers: [registry],
        collect: async () => {
          gauge.set(of(await orm.driver.getConnection().getNativeClient()));
        },
      });
    }
  }
}
