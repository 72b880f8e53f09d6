import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedServer, startPostgres, startRedis } from '#tools/embedded';
import { Redis } from 'ioredis';
import pg from 'pg';
import { setting } from './setting.js';
import { temporaryFolder } from './temporary-folder.js';

export { eventually } from './eventually.js';
export { type SinkOptions, startSmtpSink, type SmtpSink } from './smtp-sink.js';
export { type AppEnvironment, type AppRole, launchApp, type RunningApp, spawnApp } from './spawn-app.js';

export interface TestDatabase {
  readonly url: string;
  /** Terminates any remaining connections, too. */
  drop(): Promise<void>;
}

/** Creates a database with every migration applied. */
export function createDatabase(): Promise<TestDatabase> {
  return makeDatabase('TEMPLATE gatehouse_template');
}

/** Creates a database with nothing in it. */
export function emptyDatabase(options = ''): Promise<TestDatabase> {
  return makeDatabase(`TEMPLATE template0 ${options}`);
}

async function makeDatabase(from: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(async (client) => {
    // PostgreSQL refuses to copy a template that is being copied.
    await client.query('SELECT pg_advisory_lock($1)', [CLONING]);
    await client.query(`CREATE DATABASE ${name} ${from}`);
  });
  const url = new URL(setting('TEST_POSTGRES_URL'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

const CLONING = 7_163_201;

async function onServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: setting('TEST_POSTGRES_URL') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/**
 * An empty numbered database in the shared Redis, different for each call. Publish/subscribe and FLUSHALL ignore the
 * number, so tests of either use `ownRedis`.
 */
export async function redisUrl(): Promise<string> {
  const server = new URL(setting('TEST_REDIS_URL'));
  const client = new Redis(server.href);
  try {
    const count = await client.incr('databases-given-out');
    // Number 0 holds the counter itself.
    server.pathname = `/${1 + (count % (DATABASES - 1))}`;
    await client.select(Number(server.pathname.slice(1)));
    await client.flushdb();
    return server.href;
  } finally {
    client.disconnect();
  }
}

/** As many as global-setup.mjs configures. */
const DATABASES = 1024;

export interface OwnServer extends EmbeddedServer {
  readonly dataDir: string;
  /** Starts it again with its data, after a `stop` or a kill: the same URL, a new process. */
  restart(): Promise<void>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

/** Starts a Redis to empty, freeze and kill. It keeps its data when killed. */
export function ownRedis(): Promise<OwnServer> {
  return own((options) => startRedis({ ...options, durable: true }));
}

/** Starts a PostgreSQL to freeze and kill. It keeps its data when killed. */
export function ownPostgres(): Promise<OwnServer> {
  return own(durablePostgres);
}

/** Restarts the server, and starts a standby with a copy of its data, which follows it until it is promoted. */
export function standbyOf(primary: OwnServer): Promise<OwnServer> {
  return own(durablePostgres, async (dataDir) => {
    await primary.stop();
    // With the owner of the data, which `cpSync` of Node doesn't keep.
    execFileSync('cp', ['-a', `${primary.dataDir}/.`, dataDir]);
    await primary.restart();
    const { hostname, port, username, password } = new URL(primary.url);
    const data = join(dataDir, 'postgres', 'data');
    writeFileSync(join(data, 'standby.signal'), '');
    appendFileSync(
      join(data, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`,
    );
  });
}

interface OwnOptions {
  readonly dataDir: string;
  readonly log: () => void;
  readonly port?: number;
}

function durablePostgres(options: OwnOptions): Promise<EmbeddedServer> {
  return startPostgres({ ...options, durable: true });
}

/** @param prepare fills the data folder before the first start */
async function own(
  start: (options: OwnOptions) => Promise<EmbeddedServer>,
  prepare: (dataDir: string) => Promise<void> = async () => undefined,
): Promise<OwnServer> {
  const folder = temporaryFolder('own');
  const options = { dataDir: folder.path, log: () => undefined };
  const firstStart = prepare(folder.path).then(() => start(options));
  let server = await firstStart.catch((error: unknown) => {
    folder.remove();
    throw error;
  });
  return {
    dataDir: folder.path,
    get url() {
      return server.url;
    },
    get pid() {
      return server.pid;
    },
    get exited() {
      return server.exited;
    },
    stop: () => server.stop(),
    restart: async () => {
      server = await start({ ...options, port: Number(new URL(server.url).port) });
    },
    dispose: async () => {
      await server.stop();
      folder.remove();
    },
  };
}
