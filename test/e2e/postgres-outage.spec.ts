import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { aUser } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { eventually, standbyOf } from '../support/servers.js';
import { query } from '../support/stored.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type StartedApp, useOwnPostgres, useServers } from '../support/use-servers.js';

/** How long a statement may take before its connection counts as lost. */
const TIMEOUT_MS = 8_000;

const first = useOwnPostgres();
const endpoint = useFixture(() => TcpProxy.start(first.url));
const servers = useServers();
const app = useFixture<StartedApp>(() => servers.start('all', { DATABASE_URL: endpoint.url }));
const known = useFixture(async () => {
  const user = aUser();
  expect(await app.api.register(user)).toMatchObject({ status: 201 });
  return user;
});

/** Opens connections of all kinds, so that there are some to fail. */
beforeEach(() => allIsWell({ withinMs: 3_000 }));

describe('PostgreSQL', () => {
  it('whose open connections lead nowhere is back within two timeouts', async () => {
    endpoint.freezeOpen();
    await allIsWell({ withinMs: 2 * TIMEOUT_MS });
  }, 30_000);

  it('that is restarted is back with the next connection', async () => {
    const before = app.logs().length;
    await first.stop();
    await expectUnavailable();
    await first.restart();
    await allIsWell({ withinMs: 3_000 });
    // Once each, and no stack for each request. Lines are written with a delay.
    const since = await eventually(() => {
      const lines = app.logs().slice(before);
      expect(lines).toContain('PostgreSQL is back');
      return lines;
    });
    expect(since.match(/PostgreSQL is (not responding|back)/g)).toHaveLength(2);
    expect(since).not.toContain('"stack"');
  });

  it('that is frozen is back as soon as it moves again', async () => {
    const processes = processesOf(first.pid);
    signal(processes, 'SIGSTOP');
    try {
      await expectUnavailable();
    } finally {
      signal(processes, 'SIGCONT');
    }
    await allIsWell({ withinMs: 3_000 });
  }, 40_000);

  it('that refuses our password is back with the right one, and no password is logged', async () => {
    const { username, password } = new URL(first.url);
    const admin = await hold(connected(first.url), (client) => client.end());
    const before = app.logs().length;
    await admin.query(`alter role ${username} password 'another'`);
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
                        where backend_type = 'client backend' and pid <> pg_backend_pid()`);
    await expectUnavailable();
    await admin.query(`alter role ${username} password '${password}'`);
    await allIsWell({ withinMs: 3_000 });
    expect(app.logs().slice(before)).not.toContain(password);
  });

  it('that is read only for a while is back when it is not', async () => {
    const admin = await hold(connected(first.url), (client) => client.end());
    const name = new URL(first.url).pathname.slice(1);
    const cutOthers = () =>
      admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
                    where backend_type = 'client backend' and pid <> pg_backend_pid()`);
    await admin.query(`alter database ${name} set default_transaction_read_only = on`);
    await cutOthers();
    await expectUnavailable();
    await admin.query('begin read write');
    await admin.query(`alter database ${name} reset default_transaction_read_only`);
    await admin.query('commit');
    await allIsWell({ withinMs: 3_000 });
  });

  it('with a table that is locked for twelve seconds holds up mail, but no sign-in', async () => {
    const holder = await hold(connected(first.url), (client) => client.end());
    await holder.query('begin; lock table notifications.deliveries in access exclusive mode');
    const users = Array.from({ length: 30 }, () => aUser());
    const lockedAt = performance.now();
    await Promise.all(
      users.map(async (user) => expect(await app.api.register(user)).toMatchObject({ status: 201 })),
    );
    while (performance.now() - lockedAt < 12_000) {
      const startedAt = performance.now();
      expect(await app.api.login(known)).toMatchObject({ status: 200 });
      expect(await readiness()).toBe(200);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    }
    await holder.query('commit');
    await eventually(() => expect(users.filter(({ email }) => sentTo(email) !== 1)).toEqual([]), {
      timeoutMs: 2 * TIMEOUT_MS,
    });
  }, 60_000);

  it('whose address leads to a standby is back when that is promoted, with all that was acknowledged', async () => {
    const second = await hold(standbyOf(first), (server) => server.dispose());
    await allIsWell({ withinMs: 3_000 });
    await eventually(async () => {
      const standbys = await query(
        first.url,
        'select replay_lsn = pg_current_wal_lsn() as has_everything from pg_stat_replication',
      );
      expect(standbys).toEqual([{ has_everything: true }]);
    });
    await first.stop();
    endpoint.retarget(second.url);
    await expectUnavailable();
    expect(await details()).toMatchObject({ database: { message: 'PostgreSQL is read only' } });

    await query(second.url, 'select pg_promote()');
    await allIsWell({ withinMs: 3_000 });
    expect(await app.api.login(known)).toMatchObject({ status: 200 });
  }, 60_000);
});

/** Someone registers and gets their mail, and the process is ready. */
async function allIsWell({ withinMs }: { withinMs: number }): Promise<void> {
  const startedAt = performance.now();
  await eventually(
    async () => {
      const user = aUser();
      expect(await app.api.register(user)).toMatchObject({ status: 201 });
      await eventually(() => expect(sentTo(user.email)).toBe(1), { timeoutMs: withinMs });
      expect(await readiness()).toBe(200);
    },
    { timeoutMs: withinMs },
  );
  expect(performance.now() - startedAt).toBeLessThan(withinMs);
}

/** A sign-in, which needs PostgreSQL, is told to come again, and balancers are told to go elsewhere. */
async function expectUnavailable(): Promise<void> {
  await eventually(async () => expect(await readiness()).toBe(503), { timeoutMs: 2_500 });
  expect(await details()).toMatchObject({ database: { status: 'down' } });
  const answer = await app.api.login(known);
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(answer.headers.get('retry-after')).not.toBeNull();
}

async function readiness(): Promise<number> {
  return (await fetch(`${app.managementUrl}/health/ready`)).status;
}

async function details(): Promise<unknown> {
  const { body } = await app.api.under('').get<{ details: unknown }>('/health/ready');
  // Anyone may read it.
  expect(JSON.stringify(body)).not.toContain('127.0.0.1');
  return body.details;
}

function sentTo(address: string): number {
  return servers.sink.mailsTo(address).length;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** The server's main process and all its children: those that serve connections would still answer. */
function processesOf(main: number): number[] {
  const children = readdirSync('/proc').filter((entry) => {
    try {
      return readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(main);
    } catch {
      return false; // No process, or it has ended.
    }
  });
  return [main, ...children.map(Number)];
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended.
    }
  }
}
