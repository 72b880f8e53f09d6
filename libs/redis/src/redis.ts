import { Redis, type RedisOptions } from 'ioredis';
import { endsConnection } from './redis-errors.js';
import { type SilenceWatch, watchSilence } from './silence-watch.js';

/** Long enough for a busy Redis, short enough that a request can still be served without it. */
const COMMAND_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 1000;
/** Requests fail after a quarter of a second, so a dead connection should be noticed within a few. */
const REQUESTS: SilenceWatch = { checkEveryMs: 1_000, ping: true };

/**
 * A connection to Redis. Whatever it is for, it reconnects when the server vanishes without a word, is no longer the
 * primary, or no longer accepts our password.
 */
export function connectRedis(url: string, watch: SilenceWatch, options: RedisOptions = {}): Redis {
  const connection = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, MAX_RECONNECT_DELAY_MS),
    reconnectOnError: endsConnection,
    // Otherwise a connection whose password was refused would count as ready.
    enableReadyCheck: true,
    ...options,
  });
  watchSilence(connection, watch);
  handleRefusedSubscriptions(connection);
  return connection;
}

/**
 * After reconnecting, ioredis subscribes again to what it was subscribed to, and handles no refusal of that: an unhandled
 * rejection, which ends the process. The refusal itself makes the connection reconnect until it is allowed again.
 */
function handleRefusedSubscriptions(connection: Redis): void {
  for (const method of ['subscribe', 'psubscribe'] as const) {
    const subscribe = connection[method].bind(connection) as (...args: unknown[]) => Promise<unknown>;
    const handled = (...args: unknown[]): Promise<unknown> => {
      const subscribed = subscribe(...args);
      subscribed.catch((error: unknown) => connection.emit('error', error));
      return subscribed;
    };
    Object.assign(connection, { [method]: handled });
  }
}

/**
 * A connection for requests. Fails fast instead of queueing, so that a Redis that is down or frozen delays a response
 * by a quarter of a second instead of blocking it.
 */
export function createRedis(url: string): Redis {
  return connectRedis(url, REQUESTS, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
}
