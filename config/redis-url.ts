import { BadValue } from './reader.js';
import { BARE_PERCENT, isDecodable, isLoopback, NOT_A_URL, parseUrl } from './urls.js';

interface Login {
  readonly username?: string;
  readonly password?: string;
}

interface ManyServers {
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly login: Login;
  readonly tls: boolean;
}

interface SentinelServers extends ManyServers {
  readonly kind: 'sentinel';
  readonly master: string;
  readonly database: number;
  readonly sentinelLogin: Login;
}

interface ClusterServers extends ManyServers {
  readonly kind: 'cluster';
}

/**
 * Where Redis is: the URL of a server, Sentinels that know the primary (which calls itself `master`), or nodes of a
 * cluster. `login` is for the servers and `sentinelLogin` for Sentinels.
 */
export type RedisConfig = string | SentinelServers | ClusterServers;

const DEFAULT_PORT = { sentinel: 26_379, cluster: 6_379 };

/** The parts of a URL with several hosts, which isn't a URL for `new URL`. */
const PARTS =
  /^(?<scheme>rediss?)\+(?<kind>sentinel|cluster):\/\/((?<login>[^@/?#]*)@)?(?<hosts>[^@/?#]*)(?<path>\/[^@?#]*)?(\?(?<query>[^#]*))?$/i;
const HOST = /^(?<host>\[[\da-f:.]+\]|[a-z\d._-]+)(:(?<port>\d{1,5}))?$/i;

/** Redis, by the URL of a server or in the form that clients in other languages have for Sentinel and Redis Cluster. */
export function parseRedisUrl(text: string): RedisConfig {
  if (/^rediss?\+(sentinel|cluster):\/\//i.test(text)) {
    return parseManyServers(text);
  }
  if (!/^rediss?:\/\//i.test(text)) {
    throw new BadValue(
      'must be a URL that starts with redis:// or rediss://, or with redis+sentinel://, rediss+sentinel://, ' +
        'redis+cluster:// or rediss+cluster:// for several servers',
    );
  }
  const url = parseUrl('redis', 'rediss')(text);
  if (!/^(\/\d*)?$/.test(new URL(url).pathname)) {
    throw new BadValue('must end with the number of a database, such as /0, or with nothing after the host');
  }
  return url;
}

/** The passwords in it that don't only protect servers on this machine. */
export function remotePasswords(redis: RedisConfig): string[] {
  if (typeof redis === 'string') {
    return isLoopback(redis) ? [] : [decodeURIComponent(new URL(redis).password)];
  }
  const isRemote = redis.addresses.some(({ host }) => !isLoopback(`redis://${bracketed(host)}`));
  const logins = redis.kind === 'sentinel' ? [redis.login, redis.sentinelLogin] : [redis.login];
  return isRemote ? logins.map(({ password = '' }) => password) : [];
}

function parseManyServers(text: string): SentinelServers | ClusterServers {
  const parts = PARTS.exec(text)?.groups;
  if (!parts) {
    throw new BadValue(NOT_A_URL);
  }
  const { scheme = '', login = '', hosts = '', path = '', query = '' } = parts;
  const kind = parts['kind']?.toLowerCase() === 'sentinel' ? 'sentinel' : 'cluster';
  const servers = {
    addresses: hosts.split(',').map((host) => parseAddress(host, DEFAULT_PORT[kind])),
    login: parseLogin(login),
    tls: scheme.toLowerCase() === 'rediss',
  };
  if (kind === 'sentinel') {
    return { kind, ...servers, ...parseMaster(path), sentinelLogin: parseQuery(query) };
  }
  if (!/^(\/0?)?$/.test(path) || query) {
    throw new BadValue('must end after the hosts, because a cluster has only database 0');
  }
  return { kind, ...servers };
}

function parseAddress(text: string, defaultPort: number): { host: string; port: number } {
  const { host, port } = HOST.exec(text.trim())?.groups ?? {};
  const number = Number(port ?? defaultPort);
  if (!host || number < 1 || number > 65_535) {
    throw new BadValue(
      'must contain hosts with their ports, separated by commas, such as one:26379,two:26379',
    );
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}

function parseLogin(text: string): Login {
  if (!isDecodable(text)) {
    throw new BadValue(BARE_PERCENT);
  }
  const [username = '', ...password] = text.split(':');
  return loginOf(decodeURIComponent(username), decodeURIComponent(password.join(':')));
}

function loginOf(username: string, password: string): Login {
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

function parseMaster(path: string): { master: string; database: number } {
  const [, master, database] = /^\/([^/]+)(?:\/(\d*))?$/.exec(path) ?? [];
  if (!master || !isDecodable(master)) {
    throw new BadValue(
      'must name what Sentinel monitors after the hosts, and may end with the number of a database: ' +
        'redis+sentinel://host:26379/mymaster/0',
    );
  }
  return { master: decodeURIComponent(master), database: Number(database ?? 0) };
}

/** Sentinels can have a password of their own. */
function parseQuery(text: string): Login {
  const query = new URLSearchParams(text);
  const username = query.get('sentinel_username') ?? '';
  const password = query.get('sentinel_password') ?? '';
  query.delete('sentinel_username');
  query.delete('sentinel_password');
  if (query.size > 0) {
    throw new BadValue('may only have the parameters sentinel_username and sentinel_password');
  }
  return loginOf(username, password);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
