import { Logger } from '@nestjs/common';
import pLimit from 'p-limit';
import type { ClientConfig } from 'pg';
import { Outage } from '#libs/lifecycle';
import { reasonOf } from '#libs/telemetry';
import { PooledClient } from './pooled-client.js';
import { sqlStateOf } from './sql-state.js';

const logger = new Logger('Database');

/** A server that takes longer isn't ready. */
const ANSWER_WITHIN_MS = 1_500;
/** Before the first migration. PostgreSQL itself is fine. */
const MISSING_TABLE = '42P01';

/**
 * A connection for probes alone, because one from the pool would say how busy the pool is, and not how PostgreSQL is.
 * Connects again after it was lost.
 */
export class Probe {
  private client: PooledClient | undefined;
  private hasEnded = false;
  /** A connection answers one query at a time. */
  private readonly inTurn = pLimit(1);

  private readonly outage = new Outage({
    began: (error) => {
      logger.error(`PostgreSQL is not responding (${reasonOf(error)}): what needs it fails until it is back`);
    },
    ended: (seconds) => {
      logger.log(`PostgreSQL is back after ${seconds} s`);
    },
  });

  constructor(private readonly options: ClientConfig) {}

  /** @throws Error if PostgreSQL doesn't answer within 1.5 seconds */
  async query<T extends object>(sql: string): Promise<T[]> {
    return this.inTurn(async () => {
      this.requireOpen();
      try {
        const client = (this.client ??= await this.connect());
        this.requireOpen();
        const { rows } = await client.query<T>(sql);
        this.outage.ended();
        return rows;
      } catch (error) {
        if (sqlStateOf(error) !== MISSING_TABLE) {
          this.outage.began(error);
        }
        throw error;
      }
    });
  }

  /** The next query connects again. */
  close(): void {
    this.client?.abandon();
    this.client = undefined;
  }

  /** For good. A query that comes later, such as one of a timer, would leave a connection open. */
  end(): void {
    this.hasEnded = true;
    this.close();
  }

  private requireOpen(): void {
    if (this.hasEnded) {
      this.close();
      throw new Error('the connection was closed');
    }
  }

  private async connect(): Promise<PooledClient> {
    const client = new PooledClient({
      ...this.options,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
    });
    const forget = (): void => {
      // It may report its end after another has taken its place.
      if (this.client === client) {
        this.client = undefined;
      }
    };
    // The next query connects again. Without a listener, the error would end the process.
    client.on('error', forget);
    client.on('end', forget);
    client.onServerLost = forget;
    await client.connect();
    return client;
  }
}
