import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { CannotStart, type EmbeddedServer, type Log } from './embedded-server.ts';
import { lastLines } from './last-lines.ts';
import { freePort } from './ports.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { createCluster } from './postgres-cluster.ts';
import { outlivePredecessor } from './predecessor.ts';
import { randomSecret, readOrCreatePrivate } from './private-file.ts';
import { type SystemUser, unprivilegedUser } from './system-user.ts';
import { exitOf, spawnTied, stopChild } from './tied-child.ts';

export interface PostgresOptions {
  /** The server stores everything in the subfolder `postgres`. */
  readonly dataDir: string;
  /** False in tests: faster, but a power cut corrupts the data. */
  readonly durable: boolean;
  readonly log: Log;
  /** By default, any free port. */
  readonly port?: number;
}

/** User and database of the embedded server. */
const POSTGRES_NAME = 'gatehouse';

/** Starts PostgreSQL on loopback, with a database `gatehouse` that is empty or has the data of the last run. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedServer> {
  const home = resolve(options.dataDir, 'postgres');
  // Others can enter but not list it: the server may run as another user, and its own folder is private.
  mkdirSync(home, { recursive: true, mode: 0o711 });
  const binaries = postgresBinaries();
  const data = join(home, 'data');
  const password = readOrCreatePrivate(join(home, 'password'), randomSecret);
  const user =
    process.getuid?.() === 0 ? unprivilegedUser([home, binaries.folder], ownerOf(data)) : undefined;
  const cluster: Cluster = { home, data, password, binaries, user };
  if (!existsSync(data)) {
    await createCluster({ ...cluster, name: POSTGRES_NAME, durable: options.durable });
    options.log('PostgreSQL: created an empty database');
  }
  await outlivePredecessor(data, lockedBy(data), 'SIGINT');
  if (process.platform === 'linux') {
    // No process uses the folder, as we just checked. A reused process id would keep PostgreSQL from starting.
    rmSync(join(data, 'postmaster.pid'), { force: true });
  }
  return launchOnFreePort(cluster, options);
}

interface Cluster {
  readonly home: string;
  readonly data: string;
  readonly password: string;
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
}

/** If another process takes the free port before PostgreSQL does, we try the next one. */
async function launchOnFreePort(cluster: Cluster, options: PostgresOptions): Promise<EmbeddedServer> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await launch(cluster, port, options.durable);
    } catch (error) {
      const taken = error instanceof CannotStart && error.message.includes('could not bind');
      if (!taken || options.port !== undefined || attempt === 3) {
        throw error;
      }
    }
  }
}

async function launch(cluster: Cluster, port: number, durable: boolean): Promise<EmbeddedServer> {
  const { home, data, password, binaries, user } = cluster;
  const logFile = join(home, 'server.log');
  const logFd = openSync(logFile, 'w', 0o600);
  const child = spawnTied({
    command: binaries.postgres,
    args: ['-D', data, '-p', String(port), ...settings(durable)],
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', logFd, logFd],
    deathSignal: 'SIGINT',
    cwd: home,
    ...(user ? { user } : {}),
  });
  closeSync(logFd);
  let gone = false;
  const exited = exitOf(child).then(() => void (gone = true));
  const server = `postgres://${POSTGRES_NAME}:${password}@127.0.0.1:${port}`;
  try {
    await createDatabase(`${server}/postgres`, () => gone);
  } catch (error) {
    child.kill('SIGQUIT');
    await exited;
    throw gone
      ? new CannotStart(`PostgreSQL did not start:\n${lastLines(logFile)}`, { cause: error })
      : error;
  }
  return {
    url: `${server}/${POSTGRES_NAME}`,
    pid: child.pid ?? 0,
    exited,
    // SIGINT is PostgreSQL's fast shutdown: it closes the connections and writes everything to disk.
    stop: () => stopChild(child, 'SIGINT', 30_000),
  };
}

function settings(durable: boolean): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: durable ? 200 : 500,
    // Compiling takes longer than it saves for queries like ours.
    jit: 'off',
    // The log is a plain file: without statements and error details, it contains no personal data.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...(durable
      ? {}
      : {
          fsync: 'off',
          synchronous_commit: 'off',
          full_page_writes: 'off',
          wal_level: 'minimal',
          max_wal_senders: 0,
        }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Waits until the server accepts connections (after a crash, it recovers first), and creates the database if needed. */
async function createDatabase(url: string, gone: () => boolean): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined); // The query on a broken connection fails anyway.
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [POSTGRES_NAME]);
      if (rowCount === 0) {
        await client.query(`CREATE DATABASE ${POSTGRES_NAME}`);
      }
      return;
    } catch (error) {
      if (gone() || !isStartingUp(error)) {
        throw error;
      }
      await delay(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

const CANNOT_CONNECT_NOW = '57P03';

function isStartingUp(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === CANNOT_CONNECT_NOW;
}

function ownerOf(path: string): { uid: number; gid: number } | undefined {
  return existsSync(path) ? statSync(path) : undefined;
}

/** The main process of the last server that used the folder, from the first line of its lock file. */
function lockedBy(data: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}
