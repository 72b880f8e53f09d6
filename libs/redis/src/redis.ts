import { Redis } from 'ioredis';

/** Long enough for a busy Redis, short enough that a request can still be served without it. */
const COMMAND_TIMEOUT_MS = 250;
const MAX_RECONNECT_DELAY_MS = 1000;

/**
 * A connection for requests. Fails fast instead of queueing, so that a Redis that is down or frozen delays a response
 * by a quarter of a second instead of blocking it.
 */
export function createRedis(url: string): Redis {
  return new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, MAX_RECONNECT_DELAY_MS),
  });
}
