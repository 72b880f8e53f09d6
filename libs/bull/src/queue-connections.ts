import { Logger } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import { Outage, within } from '#libs/lifecycle';
import { watchSilence } from './silence-watch.js';

/** How long a command may take. A frozen Redis must not block its callers. */
const COMMAND_TIMEOUT_MS = 5_000;
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
  private readonly watches: (() => void)[] = [];
  private readonly shared: Record<'client' | 'subscriber', Redis>;
  private readonly outage = new Outage({
    began: (reason) =>
      this.logger.error(`cannot reach Redis (${String(reason)}); jobs stay in PostgreSQL until it is back`),
    ended: () => this.logger.log('Redis is back'),
  });
  private isClosed = false;

  constructor(private readonly url: string) {
    this.shared = {
      // Fails immediately while disconnected instead of queueing commands. The outbox retries what matters.
      client: this.connect({ enableOfflineQueue: false, commandTimeout: COMMAND_TIMEOUT_MS }, true),
      subscriber: this.connect({}, true),
    };
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
    this.watches.forEach((endWatch) => {
      endWatch();
    });
    for (const connection of this.all) {
      connection.disconnect();
    }
  }

  private connect(options: RedisOptions, ping: boolean): Redis {
    const connection = new Redis(this.url, {
      // Bull requires both for its blocking and subscriber connections.
      enableReadyCheck: false,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(times * 100, 2_000),
      ...options,
    });
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
    this.watches.push(watchSilence(connection, { ping }));
    return connection;
  }
}
