import { readdirSync, rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRunning, newNamedKey, newSigningKey, startPostgres, startRedis } from '#tools/embedded';
import pg from 'pg';
import { inProject } from '../../tools/project.mjs';
import { startPgBouncer } from './pgbouncer.mjs';
import { ensureBuilt } from '../../tools/scripts/build.ts';

const FOLDER = 'gatehouse-test-';

/**
 * Starts one PostgreSQL and one Redis for all suites. Each suite has a database of its own in them (see servers.ts).
 * Jest runs this file outside its sandbox, so it uses the build.
 */
export default async function setUp() {
  await ensureBuilt();
  removeLeftovers();
  const dataDir = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  await chmod(dataDir, 0o711); // As root, PostgreSQL runs as another user, who must be able to enter.
  const options = { dataDir, durable: false };
  const servers = [];
  globalThis.stopTestServers = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const [postgres, redis] = await Promise.all(
      [
        startPostgres({ ...options, log: () => undefined }),
        startRedis({ ...options, databases: 1024, log: console.error }), // It may have to be downloaded first.
      ].map(async (starting) => {
        const server = await starting;
        servers.push(server);
        return server;
      }),
    );
    await makeTemplate(postgres.url);
    if (process.env.BEHIND_PGBOUNCER) {
      const pgbouncer = await startPgBouncer(postgres.url);
      servers.unshift(pgbouncer);
      process.env.TEST_POOLER_URL = pgbouncer.through(postgres.url);
    }
    process.env.TEST_POSTGRES_URL = postgres.url;
    process.env.TEST_REDIS_URL = redis.url;
    process.env.TEST_INTERNAL_ERRORS = join(dataDir, 'internal-errors.log');
    process.env.TEST_COMPILE_CACHE = join(dataDir, 'compile-cache');
    process.env.TEST_JWT_PRIVATE_KEYS = newSigningKey();
    process.env.TEST_ENCRYPTION_KEYS = newNamedKey().trim();
    process.env.TEST_BLIND_INDEX_KEYS = newNamedKey().trim();
  } catch (error) {
    await globalThis.stopTestServers();
    throw error;
  }
}

/** Removes the folders of runs that were killed. Their servers are gone already. */
function removeLeftovers() {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(FOLDER))) {
    if (!isRunning(Number.parseInt(name.slice(FOLDER.length), 10))) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

/** Migrated once. Cloning it is much faster than migrating. */
async function makeTemplate(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('CREATE DATABASE gatehouse_template');
    const migrate = pathToFileURL(inProject('dist', 'src', 'processes', 'migrations.js'));
    const { migrateDatabase } = await import(migrate.href);
    const template = new URL(url);
    template.pathname = '/gatehouse_template';
    await migrateDatabase(() => template.href);
    // An open connection would make cloning fail.
    await client.query('ALTER DATABASE gatehouse_template IS_TEMPLATE true ALLOW_CONNECTIONS false');
  } finally {
    await client.end();
  }
}
