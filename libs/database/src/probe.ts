import { PooledClient } from './pooled-client.js';
import type { ClientConfig } from 'pg';

/** A server that takes longer isn't ready. */
const ANSWER_WITHIN_MS = 1_500;

/**
 * A connection for probes alone, because one from the pool would say how busy the pool is, and not how PostgreSQL is.
 * Connects again after each failure.
 */
export class Probe {
  private client: Promise<PooledClient> | undefined;

  constructor(private readonly options: ClientConfig) {}

  /** @throws Error if PostgreSQL doesn't answer within 1.5 seconds */
  async query<T extends object>(sql: string): Promise<T[]> {
    this.client ??= this.connect();
    const current = this.client;
    try {
      const client = await current;
      return (await client.query<T>(sql)).rows;
    } catch (error) {
      this.forget(current);
      throw error;
    }
  }

  close(): void {
    if (this.client) {
      this.forget(this.client);
    }
  }

  private async connect(): Promise<PooledClient> {
    const client = new PooledClient({
      ...this.options,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
    });
    // Reported by the next query. Without a listener, it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  private forget(current: Promise<PooledClient>): void {
    if (this.client === current) {
      this.client = undefined;
    }
    current.then(
      (client) => {
        client.abandon();
      },
      () => undefined,
    );
  }
}
