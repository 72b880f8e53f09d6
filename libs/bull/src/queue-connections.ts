import { Logger } from '@nestjs/common';
import type { Redis, RedisOptions } from 'ioredis';
import { Outage, within } from '#libs/lifecycle';
import {
  connectDedicated,
  connectRedis,
  primariesOf,
  type RedisConnection,
  type RedisServers,
} from '#libs/redis';

/** How long a command may take. A frozen Redis must not block its callers. */
const COMMAND_TIMEOUT_MS = 5_000;
/** Blocking reads and pings are answered every 5 s. */
const CHECK_EVERY_MS = 5_000;
/** How long a producer waits for a connection to be established. */
const READY_WITHIN_MS = 2_000;

/** Bull retries by itself. */
const OF_BULL: RedisOptions = { maxRetriesPerRequest: null };

type ConnectionType = 'client' | 'subscriber' | 'bclient';

/**
 * The Redis connections of all queues: one for commands, one for subscriptions, and one for each queue that is
 * processed, because a blocking read occupies its connection.
 */
export class QueueConnections {
  private readonly logger = new Logger('Queue');
  private readonly all: RedisConnection[] = [];
  private readonly shared: { readonly client: RedisConnection; readonly subscriber: Redis };
  private readonly outage = new Outage({
    began: (reason) =>
      this.logger.error(`cannot reach Redis (${String(reason)}); jobs stay in PostgreSQL until it is back`),
    ended: () => this.logger.log('Redis is back'),
  });
  private isClosed = false;
  private warnedOf: string | undefined;

  constructor(private readonly servers: RedisServers) {
    this.shared = {
      // Fails immediately while disconnected instead of queueing commands. The outbox retries what matters.
      client: this.watch(
        connectRedis(
          servers,
          { checkEveryMs: CHECK_EVERY_MS, ping: true },
          {
            ...OF_BULL,
            enableOfflineQueue: false,
            commandTimeout: COMMAND_TIMEOUT_MS,
            // The relay enqueues many jobs at once.
            enableAutoPipelining: true,
          },
        ),
      ),
      subscriber: this.dedicated(true),
    };
    this.shared.client.on('ready', () => void this.checkEviction());
  }

  /** For Bull's `createClient`. @param key what a blocking read waits for */
  provide(type: ConnectionType, key: string): RedisConnection {
    return type === 'bclient' ? this.dedicated(false, key) : this.shared[type];
  }

  get client(): RedisConnection {
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
    const policies = await Promise.all(primariesOf(this.shared.client).map(evictionPolicyOf));
    const policy = policies.find((each) => each !== undefined && each !== 'noeviction');
    if (policy !== undefined && policy !== this.warnedOf) {
      this.logger.warn(
        `Redis evicts keys when it is full (maxmemory-policy ${policy}), and jobs with them: set it to noeviction`,
      );
    }
    this.warnedOf = policy;
  }

  private dedicated(ping: boolean, key?: string): Redis {
    const connection = connectDedicated(this.servers, { checkEveryMs: CHECK_EVERY_MS, ping }, OF_BULL, key);
    // Bull rejects connections with a ready check because older ones asked while subscribed. It looks here first.
    Object.assign(connection.options, { redisOptions: {} });
    return this.watch(connection);
  }

  private watch<T extends RedisConnection>(connection: T): T {
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

/** INFO says it too, and managed servers often have no CONFIG. */
async function evictionPolicyOf(server: Redis): Promise<string | undefined> {
  const info = await server.info('memory').catch(() => '');
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
}
