import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ApiClient } from '../support/client.js';
import { signUp, tokenIn } from '../support/factories.js';
import { eventually, type TestDatabase } from '../support/servers.js';
import { query } from '../support/stored.js';
import { expectProblem } from '../support/problems.js';
import { signInAdmin, useApp, WITH_ADMIN } from '../support/use-app.js';
import { useEmptyDatabase, useServers } from '../support/use-servers.js';

/** Whether a process is ready, and what it says about that. */
async function ready(managementUrl: string): Promise<[number, object]> {
  const { status, body } = await new ApiClient(managementUrl, '').get<{ info: object }>('/health/ready');
  return [status, body.info];
}

describe('a process with a database for each service', () => {
  const [accounts, notifications] = [useEmptyDatabase(), useEmptyDatabase()];
  const app = useApp('all', () => ({ NOTIFICATIONS_DATABASE_URL: notifications.url }), {
    database: accounts,
  });
  const { api, sink } = app;

  it('migrates each with its own schema', async () => {
    expect(await schemasIn(accounts)).toEqual(['accounts']);
    expect(await schemasIn(notifications)).toEqual(['notifications']);
  });

  it('sends the mail of a registration', async () => {
    const { email, session } = await signUp(api);
    const [mail] = await eventually(() => {
      const mails = sink.mailsTo(email);
      expect(mails).toHaveLength(1);
      return mails;
    });
    expect((await api.verify(tokenIn(mail))).status).toBe(204);
    await eventually(async () => {
      const deliveries = 'select state from notifications.deliveries where user_id = $1';
      expect(await query(notifications.url, deliveries, [session.user.id])).toEqual([{ state: 'sent' }]);
      expect(await query(accounts.url, 'select 1 from accounts.outbox')).toEqual([]);
      expect(await query(notifications.url, 'select 1 from notifications.outbox')).toEqual([]);
    });
  });

  it.each([
    ['accounts', accounts, notifications],
    ['notifications', notifications, accounts],
  ])('is not ready while the database of %s is unreachable', async (_, database, other) => {
    const management = new ApiClient(app.managementUrl, '');
    const ready = async () => (await management.get('/health/ready')).status;
    expect(await ready()).toBe(200);
    await allowConnections(database, other, false);
    await eventually(async () => expect(await ready()).toBe(503));
    await allowConnections(database, other, true);
    // PgBouncer waits 15 seconds before it connects again.
    await eventually(async () => expect(await ready()).toBe(200), { timeoutMs: 25_000 });
  });
});

describe('a notifications process with a database of its own', () => {
  const [accounts, notifications] = [useEmptyDatabase(), useEmptyDatabase()];
  const settings = () => ({ NOTIFICATIONS_DATABASE_URL: notifications.url });
  const servers = useServers({ database: accounts });
  const app = useApp('notifications', settings, servers);

  it('is ready while the database of accounts is unreachable, and starts without it', async () => {
    const degraded = { database: { status: 'degraded', message: expect.stringContaining('accounts') } };
    await allowConnections(accounts, notifications, false);
    await eventually(async () =>
      expect(await ready(app.managementUrl)).toEqual([200, expect.objectContaining(degraded)]),
    );
    const other = await servers.start('notifications', settings());
    expect(await ready(other.managementUrl)).toEqual([200, expect.objectContaining(degraded)]);
    await allowConnections(accounts, notifications, true);
    for (const { managementUrl } of [app, other]) {
      const up = { database: expect.objectContaining({ status: 'up' }) };
      await eventually(
        async () => expect(await ready(managementUrl)).toEqual([200, expect.objectContaining(up)]),
        { timeoutMs: 25_000 },
      );
    }
  });
});

describe('an API with a database for each service', () => {
  const [accounts, notifications] = [useEmptyDatabase(), useEmptyDatabase()];
  const settings = () => ({ ...WITH_ADMIN, NOTIFICATIONS_DATABASE_URL: notifications.url });
  const servers = useServers({ database: accounts });
  const app = useApp('api', settings, servers);

  it('serves accounts while the database of notifications is unreachable, and starts without it', async () => {
    const degraded = { database: { status: 'degraded', message: expect.stringContaining('notifications') } };
    expect((await app.admin.get('/webhooks')).status).toBe(200);
    await allowConnections(notifications, accounts, false);
    await eventually(async () =>
      expect(await ready(app.managementUrl)).toEqual([200, expect.objectContaining(degraded)]),
    );
    expectProblem(await app.admin.get('/webhooks'), 503, 'unavailable');
    expect((await signUp(app.api)).session.user.status).toBe('active');
    const other = await servers.start('api', settings());
    expect(await ready(other.managementUrl)).toEqual([200, expect.objectContaining(degraded)]);
    await allowConnections(notifications, accounts, true);
    const admins = [app.admin, (await signInAdmin(other.api, settings()))()];
    for (const admin of admins) {
      await eventually(async () => expect((await admin.get('/webhooks')).status).toBe(200), {
        timeoutMs: 25_000,
      });
    }
    expect(await ready(other.managementUrl)).toEqual([
      200,
      expect.objectContaining({ database: expect.objectContaining({ status: 'up' }) }),
    ]);
  });
});

describe('npm run migrate', () => {
  const [accounts, notifications] = [useEmptyDatabase(), useEmptyDatabase()];

  it('migrates both databases, and does nothing the second time', async () => {
    expect(await migrate()).toMatch(/^Applied: .*accounts\/.*notifications\//);
    expect(await schemasIn(accounts)).toEqual(['accounts']);
    expect(await schemasIn(notifications)).toEqual(['notifications']);
    expect(await migrate()).toBe('Nothing to apply.\n');
  });

  async function migrate(): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, ['dist/src/migrate.js'], {
      env: { DATABASE_URL: accounts.url, NOTIFICATIONS_DATABASE_URL: notifications.url },
    });
    return stdout;
  }
});

async function schemasIn({ url }: TestDatabase): Promise<string[]> {
  const rows = await query<{ name: string }>(
    url,
    `select nspname as name from pg_namespace where nspname not in ('public', 'information_schema')
        and nspname not like 'pg\\_%' order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** PostgreSQL cannot change this from a connection to the database itself, so it is done from another one. */
async function allowConnections(database: TestDatabase, from: TestDatabase, allowed: boolean): Promise<void> {
  const name = new URL(database.url).pathname.slice(1);
  await query(from.url, `alter database ${name} with allow_connections ${allowed}`);
  if (!allowed) {
    await query(from.url, 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      name,
    ]);
  }
}
