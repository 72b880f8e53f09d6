import { Redis } from 'ioredis';
import type { SentinelServers } from './redis-servers.js';
import { watchSilence } from './silence-watch.js';

const SWITCHED = '+switch-master';
const CONNECTED: ReadonlySet<string> = new Set(['connect', 'ready']);
const CHECK_EVERY_MS = 5_000;
const RECONNECT_AFTER_MS = 1_000;

/** All connections with the same servers share one. */
const watches = new WeakMap<SentinelServers, SentinelWatch>();

/**
 * Replaces the connection as soon as a Sentinel announces another primary. If the old one is still alive, Sentinel takes ten
 * seconds to make it a replica. Until then, it accepts commands whose effect is lost later, and passes on no messages from
 * processes that have moved. (ioredis's `failoverDetector` makes connections of its own for each connection, and prints
 * their errors.)
 */
export function leaveOldPrimary(connection: Redis, servers: SentinelServers): void {
  const watch = watches.get(servers) ?? new SentinelWatch(servers);
  watches.set(servers, watch);
  connection.on('connecting', () => watch.add(connection));
  connection.on('end', () => watch.remove(connection));
}

/** Listens to all Sentinels, because each only asks for the new primary once it knows it. */
class SentinelWatch {
  private readonly connections = new Set<Redis>();
  private subscriptions: readonly Redis[] = [];

  constructor(private readonly servers: SentinelServers) {}

  add(connection: Redis): void {
    this.connections.add(connection);
    if (this.subscriptions.length === 0) {
      this.subscriptions = this.servers.addresses.map((address) => this.subscribe(address));
    }
  }

  remove(connection: Redis): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) {
      this.subscriptions.forEach((subscription) => subscription.disconnect());
      this.subscriptions = [];
    }
  }

  private subscribe(address: SentinelServers['addresses'][number]): Redis {
    const { sentinelLogin, tls } = this.servers;
    const subscription = new Redis({
      ...address,
      ...sentinelLogin,
      ...(tls ? { tls: {} } : {}),
      maxRetriesPerRequest: null,
      // Sentinel's INFO says nothing that ioredis would wait for.
      enableReadyCheck: false,
      retryStrategy: () => RECONNECT_AFTER_MS,
    });
    // A Sentinel may be down: there are others. Connections log it when none tells them the primary.
    subscription.on('error', () => undefined);
    subscription.on('message', (_channel, text) => this.leave(text));
    subscription.subscribe(SWITCHED).catch(() => undefined);
    watchSilence(subscription, { checkEveryMs: CHECK_EVERY_MS, ping: true });
    return subscription;
  }

  /** @param announcement the name of a primary, its old host and port, and its new ones */
  private leave(announcement: string): void {
    const [name, , , host, port] = announcement.split(' ');
    if (name !== this.servers.master) {
      return;
    }
    for (const connection of this.connections) {
      const { remoteAddress, remotePort } = connection.stream ?? {};
      // Can't be told if servers announce names. Then it connects again, once for each Sentinel.
      const isThere = remoteAddress === host && String(remotePort) === port;
      // One that is just asking for the primary would give up if it were disconnected.
      if (!isThere && CONNECTED.has(connection.status)) {
        connection.disconnect(true);
      }
    }
  }
}
