import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ApiClient } from '../support/client.js';
import { expectProblem } from '../support/problems.js';
import { signUp } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { query, rowCounts } from '../support/stored.js';
import { useApps } from '../support/use-app.js';
import { useEmptyDatabase, useServers } from '../support/use-servers.js';

const ROLES = ['api', 'worker', 'notifications', 'all'] as const;

/** Started together on an empty database. */
const database = useEmptyDatabase();
const apps = useApps(
  { api: 'api', worker: 'worker', notifications: 'notifications', all: 'all' },
  {},
  { database },
);

describe('each role alone', () => {
  const servers = useServers({}, { per: 'test' });

  it('serves only its own endpoints', async () => {
    await Promise.all(
      ROLES.map(async (role) => {
        const app = apps[role];
        const management = new ApiClient(app.managementUrl, '');
        for (const probe of ['live', 'ready', 'startup']) {
          expect([role, probe, (await management.get(`/health/${probe}`)).status]).toEqual([
            role,
            probe,
            200,
          ]);
        }
        const metrics = await management.get<string>('/metrics');
        expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
        expect(metrics.body).toMatch(new RegExp(`^process_cpu_seconds_total\\{role="${role}"\\} `, 'm'));
        expectProblem(await management.get('/v2/users/me'), 404, 'not-found');
        expectProblem(await management.post('/metrics'), 405, 'method-not-allowed');

        const isPublic = role === 'api' || role === 'all';
        const answer = app.api.get('/users/me').then(
          ({ status }) => status,
          () => 'nobody there',
        );
        expect([role, await answer]).toEqual([role, isPublic ? 401 : 'nobody there']);
        expect(metrics.body.includes('gatehouse_outbox_messages')).toBe(role !== 'api');
        if (isPublic) {
          expect((await app.api.under('').get('/metrics')).status).toBe(404);
        }
      }),
    );
  });

  it('does only its own work: mail waits until a worker runs', async () => {
    const { url } = servers.database;
    const { api } = await servers.start('api');
    const { session } = await signUp(api);
    // The mail, and the events that someone has registered and signed in.
    expect(await rowCounts(url)).toMatchObject({ 'accounts.outbox': 3, 'notifications.deliveries': 0 });
    await Promise.all([servers.start('worker'), servers.start('notifications')]);
    await eventually(async () => {
      const rows = await query(url, 'select template from notifications.deliveries where user_id = $1', [
        session.user.id,
      ]);
      expect(rows).toEqual([{ template: 'verify-email' }]);
      expect(await rowCounts(url)).toMatchObject({ 'accounts.outbox': 0, 'notifications.inbox': 3 });
    });
  });
});

describe('an empty database', () => {
  const unmigrated = useEmptyDatabase();

  it('is migrated once by processes that start together', async () => {
    const { url } = database;
    expect(await namesOfMigrations(url)).toEqual([...new Set(await namesOfMigrations(url))]);
    expect((await signUp(apps.api.api)).session.user.roles).toEqual(['user']);
    for (const role of ROLES) {
      expect(apps[role].logs()).not.toMatch(/"level":"(error|fatal)"/);
    }
  });

  it('keeps processes live but not ready until someone migrates it', async () => {
    const settings = { DATABASE_URL: unmigrated.url, MIGRATE_ON_START: 'false' };
    const launched = await Promise.all(ROLES.map((role) => apps.launch(role, settings)));
    for (const app of launched) {
      const management = new ApiClient(app.managementUrl, '');
      // All of them start at once.
      await eventually(async () => expect((await management.get('/health/live')).status).toBe(200), {
        timeoutMs: 25_000,
      });
      await eventually(async () => {
        const ready = await management.get('/health/ready');
        expect([ready.status, ready.body]).toEqual([
          503,
          expect.objectContaining({ error: { migrations: expect.objectContaining({ status: 'down' }) } }),
        ]);
      });
    }
    const { stdout } = await promisify(execFile)(process.execPath, ['dist/src/migrate.js'], {
      env: { DATABASE_URL: unmigrated.url },
    });
    expect(stdout).toMatch(/Applied: \S+/);
    for (const app of launched) {
      const management = new ApiClient(app.managementUrl, '');
      await eventually(async () => expect((await management.get('/health/ready')).status).toBe(200));
    }
    expect((await signUp(new ApiClient(launched[0]?.url ?? ''))).session.expiresIn).toBe(600);
  });
});

describe('a process that cannot start', () => {
  it.each([
    [
      'reports every invalid variable at once',
      { REDIS_URL: 'http://x', PORT: 'eighty', DATABASE_URL: 'nonsense' },
    ],
  ])('%s', async (_, env) => {
    const app = await apps.launch('api', env);
    expect(await app.exited).toEqual({ code: 1, signal: null });
    for (const name of Object.keys(env)) {
      expect(app.logs()).toContain(name);
    }
  });

  it('exits with 1 when its port is taken or PostgreSQL is unreachable', async () => {
    const second = await apps.launch('api', { PORT: apps.api.env['PORT'] ?? '' });
    const third = await apps.launch('worker', { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' });
    expect([await second.exited, await third.exited]).toEqual([
      { code: 1, signal: null },
      { code: 1, signal: null },
    ]);
    expect(second.logs()).toMatch(/EADDRINUSE/);
    expect(third.logs()).toMatch(/PostgreSQL|ECONNREFUSED/);
  });
});

async function namesOfMigrations(url: string): Promise<string[]> {
  const rows = await query<{ name: string }>(url, 'select name from accounts.migration order by id');
  expect(rows.length).toBeGreaterThan(0);
  return rows.map(({ name }) => name);
}
