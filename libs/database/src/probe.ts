import pLimit from 'p-limit';
import type { ClientConfig } from 'pg';
import { PooledClient } from './pooled-client.js';

/** A server that takes longer isn't ready. */
const ANSWER_WITHIN_MS = 1_500;

/**
 * A connection for probes alone, because one from the pool would say how busy the pool is, and not how PostgreSQL is.
 * Connects again after it was lost.
 */
export class Probe {
  private client: PooledClient | undefined;
  /** A connection answers one query at a time. */
  private readonly inTurn = pLimit(1);

  constructor(private readonly options: ClientConfig) {}

  /** @throws Error if PostgreSQL doesn't answer within 1.5 seconds */
  async query<T extends object>(sql: string): Promise<T[]> {
    return this.inTurn(async () => {
      this.client ??= await this.connect();
      return (await this.client.query<T>(sql)).rows;
    });
  }

  close(): void {
    this.client?.abandon();
    this.client = undefined;
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
