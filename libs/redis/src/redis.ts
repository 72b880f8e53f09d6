import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { primaryConnector } from './primary-connector.js';
import { endsConnection, isElsewhere } from './redis-errors.js';
import type { ClusterServers, RedisConnection, RedisServers, SentinelServers } from './redis-servers.js';
import { leaveOldPrimary } from './sentinel-watch.js';
import { type SilenceWatch, watchSilence } from './silence-watch.js';

/** Long enough for a busy Redis, short enough that a request can still be served without it. */
const COMMAND_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 1000;
/** How often to look for nodes that have joined a cluster. One that leaves is noticed at once. */
const REFRESH_NODES_EVERY_MS = 10_000;
/** Requests fail after a quarter of a second, so a dead connection should be noticed within a few. */
const REQUESTS: SilenceWatch = { checkEveryMs: 1_000, ping: true };

/**
 * A connection for commands. Whatever it is for, it reconnects when a server vanishes without a word, is no longer the
 * primary, or no longer accepts our password.
 */
export function connectRedis(
  servers: RedisServers,
  watch: SilenceWatch,
  options: RedisOptions = {},
  ofCluster: ClusterOptions = {},
): RedisConnection {
  return isCluster(servers)
    ? connectCluster(servers, watch, options, ofCluster)
    : connectServer(servers, watch, options);
}

/**
 * A connection to one server, for subscriptions and blocking reads, which occupy it. In a cluster, it's the primary of the
 * key that is read, or any without one: the nodes pass messages on to each other.
 */
export function connectDedicated(
  servers: RedisServers,
  watch: SilenceWatch,
  options: RedisOptions = {},
  key?: string,
): Redis {
  if (!isCluster(servers)) {
    return connectServer(servers, watch, options);
  }
  const connection = new Redis({
    ...servers.login,
    // For ioredis, which waits for the handshake.
    ...(servers.tls ? { tls: {} } : {}),
    Connector: primaryConnector(servers, key),
    ...DEFAULTS,
    reconnectOnError: (error) => endsConnection(error) || isElsewhere(error),
    ...options,
  });
  return guard(connection, watch);
}

/**
 * A connection for requests. Fails fast instead of queueing, so that a Redis that is down or frozen delays a response
 * by a quarter of a second instead of blocking it.
 */
export function createRedis(servers: RedisServers): RedisConnection {
  return connectRedis(servers, REQUESTS, FAIL_FAST, DO_NOT_WAIT);
}

/** Likewise, for subscriptions. */
export function createSubscriber(servers: RedisServers): Redis {
  return connectDedicated(servers, REQUESTS, FAIL_FAST);
}

const DEFAULTS: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: delayBefore,
  reconnectOnError: endsConnection,
  // Otherwise a connection whose password was refused would count as ready.
  enableReadyCheck: true,
};

const FAIL_FAST: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
};

/** Requests don't wait until a cluster has replaced a node: they look for it three times at most. */
const DO_NOT_WAIT: ClusterOptions = { maxRedirections: 3, retryDelayOnFailover: 50 };

function delayBefore(attempt: number): number {
  return Math.min(50 * 2 ** attempt, MAX_RECONNECT_DELAY_MS);
}

function isCluster(servers: RedisServers): servers is ClusterServers {
  return typeof servers !== 'string' && servers.kind === 'cluster';
}

function connectServer(servers: string | SentinelServers, watch: SilenceWatch, options: RedisOptions): Redis {
  const all = { ...DEFAULTS, ...options };
  if (typeof servers === 'string') {
    return guard(new Redis(servers, all), watch);
  }
  const connection = new Redis({ ...behindSentinel(servers), ...all });
  leaveOldPrimary(connection, servers);
  return guard(connection, watch);
}

/** ioredis asks the Sentinels for the primary whenever it connects, and rejects a server that says it isn't one. */
function behindSentinel(servers: SentinelServers): RedisOptions {
  const { addresses, login, sentinelLogin, tls } = servers;
  return {
    sentinels: [...addresses],
    name: servers.master,
    db: servers.database,
    ...login,
    ...(sentinelLogin.username === undefined ? {} : { sentinelUsername: sentinelLogin.username }),
    ...(sentinelLogin.password === undefined ? {} : { sentinelPassword: sentinelLogin.password }),
    ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    sentinelRetryStrategy: delayBefore,
  };
}

/**
 * ioredis connects to each node when it needs it, and drops nodes that are gone. A command that finds its node gone, or
 * without its key, is sent again.
 */
function connectCluster(
  servers: ClusterServers,
  watch: SilenceWatch,
  options: RedisOptions,
  ofCluster: ClusterOptions,
): Cluster {
  const { lazyConnect = false, enableOfflineQueue = true, ...perNode } = options;
  const cluster = new Cluster([...servers.addresses], {
    lazyConnect,
    enableOfflineQueue,
    clusterRetryStrategy: delayBefore,
    // Sockets look names up themselves, and compare the names in certificates.
    dnsLookup: (name, found) => found(null, name),
    redisOptions: {
      ...servers.login,
      ...(servers.tls ? { tls: {} } : {}),
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectOnError: endsConnection,
      enableReadyCheck: true,
      ...perNode,
    },
    ...ofCluster,
  });
  cluster.on('+node', (node: Redis) => {
    watchSilence(node, watch);
    connectToPrimaries(cluster);
  });
  cluster.on('ready', () => connectToPrimaries(cluster));
  refreshNodes(cluster);
  return cluster;
}

/** Otherwise the first commands for each node would wait for its connection, or fail. */
function connectToPrimaries(cluster: Cluster): void {
  // Earlier, ioredis checks whether the cluster is up, and gives up if it comes across one that is connecting.
  if (cluster.status === 'ready') {
    for (const node of cluster.nodes('master').filter(({ status }) => status === 'wait')) {
      node.connect().catch(() => undefined);
    }
  }
}

/** (ioredis's `slotsRefreshInterval` outlives a cluster that is disconnected meanwhile.) */
function refreshNodes(cluster: Cluster): void {
  const timer = setInterval(() => {
    if (cluster.status === 'ready') {
      cluster.refreshSlotsCache();
    }
  }, REFRESH_NODES_EVERY_MS).unref();
  cluster.on('end', () => clearInterval(timer));
}

function guard(connection: Redis, watch: SilenceWatch): Redis {
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
