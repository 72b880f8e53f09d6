import { randomUUID } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import type { ClusterServers, RedisAddress } from './redis-servers.js';

/** How long a node of a cluster may take to say where a key is. */
const ANSWER_WITHIN_MS = 1_000;
const CONNECT_WITHIN_MS = 2_000;
const DISCONNECT_WITHIN_MS = 2_000;

/**
 * For ioredis's option `Connector`: each connection leads to the node of a cluster that is the primary of a key at that
 * moment. For a connection of one's own, which ioredis's `Cluster` has none of.
 * @param key if not given, each connection leads to a random primary
 */
export function primaryConnector(
  servers: ClusterServers,
  key: string | undefined,
): NonNullable<RedisOptions['Connector']> {
  const seen: RedisAddress[] = [];
  return class extends AbstractConnector {
    constructor() {
      super(DISCONNECT_WITHIN_MS);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      const found = await findPrimary(servers, key ?? randomUUID(), seen);
      if (!this.connecting) {
        throw new Error('Connection is closed.');
      }
      // If no node answers, this one most likely doesn't either. Then ioredis tries again as its options say.
      const [address = servers.addresses[0] as RedisAddress] = found;
      seen.splice(0, Infinity, ...found);
      const socket = servers.tls ? connectTls(address) : createConnection(address);
      socket.once('error', (error) => {
        this.firstError = error;
      });
      this.stream = socket;
      return socket;
    }
  };
}

/** @returns the primary, followed by the other nodes. Empty if none could be asked */
async function findPrimary(
  servers: ClusterServers,
  key: string,
  seen: readonly RedisAddress[],
): Promise<RedisAddress[]> {
  for (const address of [...seen, ...servers.addresses]) {
    const found = await ask(servers, address, key).catch(() => []);
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

/** @throws ioredis's error if the node doesn't answer */
async function ask(servers: ClusterServers, address: RedisAddress, key: string): Promise<RedisAddress[]> {
  const node = new Redis({
    ...address,
    ...servers.login,
    ...(servers.tls ? { tls: {} } : {}),
    connectTimeout: CONNECT_WITHIN_MS,
    commandTimeout: ANSWER_WITHIN_MS,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  node.on('error', () => undefined);
  try {
    const [slot, ranges] = await Promise.all([node.cluster('KEYSLOT', key), node.cluster('SLOTS')]);
    const isOfKey = ([first, last]: readonly [number, number, ...unknown[]]): boolean =>
      first <= slot && slot <= last;
    const ordered = [...ranges.filter(isOfKey), ...ranges.filter((range) => !isOfKey(range))];
    // A node that doesn't know its own address leaves it out.
    return ordered.flatMap(([, , ...nodes]) =>
      nodes.map(([host, port]) => ({ host: host || address.host, port })),
    );
  } finally {
    node.disconnect();
  }
}
