import type { Cluster, Redis } from 'ioredis';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** Without a username, it's that of the default user. */
interface Login {
  readonly username?: string;
  readonly password?: string;
}

interface ManyServers {
  /** Some of them are enough: they know the others. */
  readonly addresses: readonly RedisAddress[];
  readonly login: Login;
  readonly tls: boolean;
}

/** Sentinels, which know the primary of a group of servers. `login` is for those servers, `sentinelLogin` for Sentinels. */
export interface SentinelServers extends ManyServers {
  readonly kind: 'sentinel';
  /** What the Sentinels call the group. */
  readonly master: string;
  readonly database: number;
  readonly sentinelLogin: Login;
}

/** Nodes of a Redis Cluster. */
export interface ClusterServers extends ManyServers {
  readonly kind: 'cluster';
}

/** Where to find Redis: the URL of a server, or several servers. */
export type RedisServers = string | SentinelServers | ClusterServers;

/** A connection for commands. To a cluster, it's a connection to each of the nodes that it needs. */
export type RedisConnection = Redis | Cluster;

/**
 * What all keys that one script or transaction uses have in common: a cluster has those in one slot that share what's in
 * braces ("hash tags" of Redis Cluster). Without a cluster, it's the name itself.
 */
export function hashTag({ isCluster }: RedisConnection, name: string): string {
  return isCluster ? `{${name}}` : name;
}

/** For commands that only concern the server they are sent to, such as INFO. */
export function primariesOf(connection: RedisConnection): Redis[] {
  return 'nodes' in connection ? connection.nodes('master') : [connection];
}
