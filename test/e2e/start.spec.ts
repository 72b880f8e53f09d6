import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import pg from 'pg';
import { describe, expect, it } from '@jest/globals';
import { hold } from '../support/fixture.js';
import { linesOf, logged } from '../support/log-lines.js';
import { launchAsProcessOne } from '../support/process-one.js';
import { eventually, type RunningApp } from '../support/servers.js';
import { useEmptyDatabase, useServers } from '../support/use-servers.js';

const servers = useServers();
const empty = useEmptyDatabase();
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const STOPPED = { code: 0, signal: null };
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
/** The constant in libs/database. */
const MIGRATION_LOCK = 0x6761_7465;

describe('a process that is not ready yet', () => {
  it.each([
    ['all', 'SIGTERM'],
    ['api', 'SIGINT'],
    ['worker', 'SIGTERM'],
    ['notifications', 'SIGINT'],
  ] as const)('exits with 0 at once, even while it still loads its modules: %s, %s', async (role, signal) => {
    const app = await launchAsProcessOne(role, environment({}));
    await logged(app, 'starting');
    await expectQuickStop(app, signal);
    expect(app.logs()).not.toMatch(/ready to/);
  });

  it.each(SIGNALS)(
    'exits with 0 on %s while another process holds the lock for migrations',
    async (signal) => {
      const client = await hold(connected(empty.url), (holder) => holder.end());
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      const app = await launchAsProcessOne('api', environment({ DATABASE_URL: empty.url }));
      // On a slow machine, the first one is about the modules.
      const reminder = expect.objectContaining({
        level: 'info',
        role: 'api',
        msg: 'still starting',
        waitingFor: expect.stringMatching('PostgreSQL'),
      });
      await eventually(() => expect(linesOf(app)).toContainEqual(reminder), { timeoutMs: 20_000 });
      await expectQuickStop(app, signal);
      expect(linesOf(app).at(-1)).toMatchObject({
        level: 'info',
        role: 'api',
        msg: 'stopped before it was ready',
        signal,
        waitingFor: expect.stringMatching('migrations'),
      });
    },
  );

  it('exits with 0 while PostgreSQL accepts connections but never answers', async () => {
    const silent = await hold(silentServer(), closed);
    let connections = 0;
    silent.on('connection', () => (connections += 1));
    const { port } = silent.address() as AddressInfo;
    const url = `postgres://gatehouse@127.0.0.1:${port}/gatehouse`;
    const app = await launchAsProcessOne('worker', environment({ DATABASE_URL: url }));
    await eventually(() => expect(connections).toBeGreaterThan(0));
    await expectQuickStop(app, 'SIGTERM');
  });
});

describe('npm run migrate', () => {
  it('fails when it receives a signal while it waits, and says why', async () => {
    const client = await hold(connected(empty.url), (holder) => holder.end());
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const app = await launchAsProcessOne('api', environment({ DATABASE_URL: empty.url }), {
      main: 'migrate.js',
    });
    await eventually(() => expect(app.logs()).toContain('Waiting until another process has applied'));
    await app.kill('SIGTERM');
    expect(await app.exited).toEqual({ code: 143, signal: null });
    expect(app.logs()).toMatch(new RegExp(`^Gatehouse ${version}: applying migrations`));
    expect(app.logs()).toContain('Stopped before all migrations were applied.');
  });
});

function environment(overrides: Record<string, string>): Parameters<typeof launchAsProcessOne>[1] {
  const { database, redisUrl, sink } = servers;
  return {
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
    SMTP_URL: sink.url,
    // Node would write its cache before it exits, which can take seconds.
    NODE_DISABLE_COMPILE_CACHE: '1',
    ...overrides,
  };
}

async function expectQuickStop(app: RunningApp, signal: NodeJS.Signals): Promise<void> {
  const sentAt = performance.now();
  await app.kill(signal);
  expect(await app.exited).toEqual(STOPPED);
  expect(performance.now() - sentAt).toBeLessThan(1_000);
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}

/** How many other connections this database has. */
async function silentServer(): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function closed(server: Server): void {
  server.close();
}
