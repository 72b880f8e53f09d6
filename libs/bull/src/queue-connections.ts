import { Logger } from '@nestjs/common';
import type { Redis, RedisOptions } from 'ioredis';
import { Outage, within } from '#libs/lifecycle';
import { connectRedis } from '#libs/redis';

/** How long a command may take. A frozen Redis must not block its callers. */
const COMMAND_TIMEOUT_MS = 5_000;
/** Blocking reads and pings are answered every 5 s. */
const CHECK_EVERY_MS = 5_000;
/** How long a producer waits for a connection to be established. */
const READY_WITHIN_MS = 2_000;

type ConnectionType = 'client' | 'subscriber' | 'bclient';

/**
 * The Redis connections of all queues: one for commands, one for subscriptions, and one for each queue that is
 * processed, because a blocking read occupies its connection.
 */
export class QueueConnections {
  private readonly logger = new Logger('Queue');
  private readonly all: Redis[] = [];
  private readonly shared: Record<'client' | 'subscriber', Redis>;
  private readonly outage = new Outage({
    began: (reason) =>
      this.logger.error(`cannot reach Redis (${String(reason)}); jobs stay in PostgreSQL until it is back`),
    ended: () => this.logger.log('Redis is back'),
  });
  private isClosed = false;
  private warnedOf: string | undefined;

  constructor(private readonly url: string) {
    this.shared = {
      // Fails immediately while disconnected instead of queueing commands. The outbox retries what matters.
      client: this.connect({ enableOfflineQueue: false, commandTimeout: COMMAND_TIMEOUT_MS }, true),
      subscriber: this.connect({}, true),
    };
    this.shared.client.on('ready', () => void this.checkEviction());
  }

  /** For Bull's `createClient`. */
  provide(type: ConnectionType): Redis {
    return type === 'bclient' ? this.connect({}, false) : this.shared[type];
  }

  get client(): Redis {
    return this.shared.client;
  }

  get isReady(): boolean {
    return this.shared.client.status === 'ready';
  }

  /** Resolves when commands can be sent, or after two seconds. */
  async ready(): Promise<void> {
    const { client } = this.shared;
    if (client.status === 'ready') {
      return;
    }
    let settle = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      settle = resolve;
      client.once('ready', settle);
    });
    await within(READY_WITHIN_MS, ready);
    client.removeListener('ready', settle);
  }

  close(): void {
    this.isClosed = true;
    for (const connection of this.all) {
      connection.disconnect();
    }
  }

  /** A Redis that is full must refuse new jobs. One that evicts keys loses jobs instead, and rate limits. */
  private async checkEviction(): Promise<void> {
    // INFO says it too, and managed servers often have no CONFIG.
    const info = await this.shared.client.info('memory').catch(() => '');
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    if (policy !== undefined && policy !== 'noeviction' && policy !== this.warnedOf) {
      this.logger.warn(
        `Redis evicts keys when it is full (maxmemory-policy ${policy}), and jobs with them: set it to noeviction`,
      );
    }
    this.warnedOf = policy;
  }

  private connect(options: RedisOptions, ping: boolean): Redis {
    const connection = connectRedis(
      this.url,
      { checkEveryMs: CHECK_EVERY_MS, ping },
      {
        // Bull retries by itself.
        maxRetriesPerRequest: null,
        ...options,
      },
    );
    // Bull rejects connections with a ready check because older ones asked while subscribed. It looks here first.
    Object.assign(connection.options, { redisOptions: {} });
    // Every queue adds listeners to the shared connections, so the default limit would warn of a leak.
    connection.setMaxListeners(0);
    connection.on('error', (error: Error & { code?: string }) => {
      if (!this.isClosed) {
        this.outage.began(error.code ?? error.message);
      }
    });
    connection.on('ready', () => {
      this.outage.ended();
    });
    this.all.push(connection);
    return connection;
  }
}
