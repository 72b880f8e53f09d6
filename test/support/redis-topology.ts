import { freePort } from '#tools/embedded';
import { eventually } from './eventually.js';
import { useFixture } from './fixture.js';
import { type RedisProcess, startRedisProcess, trustedAuthority } from './redis-process.js';

const PASSWORD = 'seven-brave-otters';
const SENTINEL_PASSWORD = 'three-quiet-sentinels';
const MASTER = 'gatehouse';
/** How long a primary is silent before Sentinel or the cluster takes it for dead. */
export const DOWN_AFTER_MS = 1_000;

export interface SentinelGroup {
  /** As in `REDIS_URL`. */
  readonly url: string;
  readonly primary: RedisProcess;
  readonly replica: RedisProcess;
  /** In the order of the URL. */
  readonly sentinels: readonly RedisProcess[];
  /** Makes the replica the primary, as an operator does. */
  failOver(): Promise<void>;
}

export interface RedisCluster {
  /** As in `REDIS_URL`. */
  readonly url: string;
  readonly primaries: readonly RedisProcess[];
  /** The primary that has a replica, which takes over when it's gone. */
  replaceable(): Promise<RedisProcess>;
  /** Makes that replica the primary, and the primary its replica. */
  failOver(): Promise<void>;
  /** Moves a key that doesn't exist, as a cluster that is resized does. */
  move(key: string): Promise<void>;
}

interface TopologyOptions {
  /** Whether servers, Sentinels and their clients talk TLS. */
  readonly tls?: boolean;
}

/** A primary and a replica, watched by three Sentinels that have a password of their own. */
export function useSentinelGroup(options: TopologyOptions = {}): SentinelGroup {
  return useFixture(() => startSentinelGroup(options));
}

/** A cluster of three primaries. @param key the primary of this key has a replica */
export function useRedisCluster(key: string, options: TopologyOptions = {}): RedisCluster {
  return useFixture(() => startCluster(key, options));
}

async function startSentinelGroup({ tls = false }: TopologyOptions): Promise<SentinelGroup> {
  const authority = tls ? await trustedAuthority() : undefined;
  const server = { password: PASSWORD, authority };
  const primary = await startRedisProcess({ ...server, configuration: SERVER });
  const replica = await startRedisProcess({
    ...server,
    configuration: [...SERVER, `replicaof 127.0.0.1 ${primary.port}`],
  });
  await eventually(async () => expectInfo(await replica.admin.info('replication'), 'master_link_status:up'));
  const sentinel = { password: SENTINEL_PASSWORD, authority, isSentinel: true };
  const sentinels = await Promise.all(
    [1, 2, 3].map(() => startRedisProcess({ ...sentinel, configuration: watching(primary) })),
  );
  await eventually(async () => {
    for (const { admin } of sentinels) {
      const reply = (await admin.call('SENTINEL', 'MASTER', MASTER)) as string[];
      const known = ['num-slaves', 'num-other-sentinels'].map((name) => reply[reply.indexOf(name) + 1]);
      if (known.join() !== '1,2') {
        throw new Error(`Sentinel knows ${known.join(' replicas and ')} other Sentinels`);
      }
    }
  });
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join();
  const url = `${tls ? 'rediss' : 'redis'}+sentinel://:${PASSWORD}@${hosts}/${MASTER}?sentinel_password=${SENTINEL_PASSWORD}`;
  return {
    url,
    primary,
    replica,
    sentinels,
    failOver: async () => {
      await sentinels[0]?.admin.call('SENTINEL', 'FAILOVER', MASTER);
    },
  };
}

function watching({ port }: RedisProcess): string[] {
  return [
    `sentinel monitor ${MASTER} 127.0.0.1 ${port} 2`,
    `sentinel auth-pass ${MASTER} ${PASSWORD}`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER} 5000`,
    `sentinel sentinel-pass ${SENTINEL_PASSWORD}`,
  ];
}

async function startCluster(key: string, { tls = false }: TopologyOptions): Promise<RedisCluster> {
  const authority = tls ? await trustedAuthority() : undefined;
  const nodes = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      // By default it's 10 000 more than the other port, and could be taken.
      const busPort = await freePort();
      const configuration = [
        ...SERVER,
        'cluster-enabled yes',
        `cluster-port ${busPort}`,
        `cluster-node-timeout ${DOWN_AFTER_MS}`,
      ];
      const node = await startRedisProcess({ password: PASSWORD, configuration, authority });
      return { ...node, busPort };
    }),
  );
  const [first, ...others] = nodes as [(typeof nodes)[0], ...typeof nodes];
  const primaries = nodes.slice(0, 3);
  const replica = nodes[3] as RedisProcess;
  await Promise.all(
    primaries.map(async ({ admin }, index) => {
      const [from, to] = [index, index + 1].map((part) => Math.ceil((16_384 * part) / 3)) as [number, number];
      await admin.cluster('ADDSLOTSRANGE', from, to - 1);
      await admin.cluster('SET-CONFIG-EPOCH', index + 1);
    }),
  );
  await Promise.all(
    others.map(({ port, busPort }) => first.admin.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)),
  );
  const slot = await first.admin.cluster('KEYSLOT', key);
  const pair = [primaries[Math.floor((3 * slot) / 16_384)] ?? first, replica] as const;
  const id = await pair[0].admin.cluster('MYID');
  // It can't before it has heard of that node.
  await eventually(() => replica.admin.cluster('REPLICATE', String(id)));
  await eventually(async () => {
    expectInfo(await replica.admin.info('replication'), 'master_link_status:up');
    for (const { admin } of nodes) {
      expectInfo(await admin.cluster('INFO'), 'cluster_state:ok');
      expectInfo(await admin.cluster('INFO'), 'cluster_known_nodes:4');
    }
  });
  const hosts = primaries.map(({ port }) => `127.0.0.1:${port}`).join();
  return {
    url: `${tls ? 'rediss' : 'redis'}+cluster://:${PASSWORD}@${hosts}`,
    primaries,
    replaceable: async () => (await tellApart(pair))[0],
    failOver: async () => {
      const [, promoted] = await tellApart(pair);
      await promoted.admin.cluster('FAILOVER');
      await eventually(async () => expectInfo(await promoted.admin.info('replication'), 'role:master'));
    },
    move: (keyToMove) => moveSlot(primaries, keyToMove),
  };
}

async function moveSlot(primaries: readonly RedisProcess[], key: string): Promise<void> {
  const [first] = primaries as [RedisProcess];
  const slot = await first.admin.cluster('KEYSLOT', key);
  const from = Math.floor((3 * slot) / 16_384);
  const [source, target] = [primaries[from] ?? first, primaries[(from + 1) % 3] ?? first];
  const [sourceId, targetId] = await Promise.all([source, target].map(({ admin }) => admin.cluster('MYID')));
  await target.admin.cluster('SETSLOT', slot, 'IMPORTING', String(sourceId));
  await source.admin.cluster('SETSLOT', slot, 'MIGRATING', String(targetId));
  for (const { admin } of [target, source]) {
    await admin.cluster('SETSLOT', slot, 'NODE', String(targetId));
  }
}

/** Which of the two is the primary, once the other one has its data. */
async function tellApart(
  nodes: readonly [RedisProcess, RedisProcess],
): Promise<[RedisProcess, RedisProcess]> {
  return eventually(async () => {
    const [role] = await nodes[0].admin.role();
    const [primary, replica] = role === 'master' ? nodes : ([nodes[1], nodes[0]] as const);
    expectInfo(await replica.admin.info('replication'), 'master_link_status:up');
    return [primary, replica];
  });
}

const SERVER: readonly string[] = [
  `masterauth ${PASSWORD}`,
  'appendonly no',
  'save ""',
  // Otherwise a primary waits five seconds for other replicas before it sends its data to the first.
  'repl-diskless-sync-delay 0',
  'maxmemory-policy noeviction',
];

function expectInfo(info: unknown, line: string): void {
  if (!String(info).split('\r\n').includes(line)) {
    throw new Error(`no ${line} in ${String(info)}`);
  }
}
