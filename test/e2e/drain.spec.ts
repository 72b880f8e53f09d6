import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { signUp } from '../support/factories.js';
import { eventually, type RunningApp } from '../support/servers.js';
import { statusOf } from '../support/kept-connection.js';
import { query } from '../support/stored.js';
import { useServers } from '../support/use-servers.js';

const GRACEFUL = { code: 0, signal: null };

const servers = useServers();
const { database, sink } = servers;

describe('a process that receives SIGTERM', () => {
  it('stays live until it exits', async () => {
    const app = await servers.start('api', { DRAIN_SECONDS: '1' });
    await app.kill('SIGTERM');
    await eventually(async () => expect(await readiness(app)).toBe(503));
    expect(await statusOf(`${app.url}/health/live`)).toBe(200);
    expect(await statusOf(`${app.managementUrl}/health/live`)).toBe(200);
    expect(await app.exited).toEqual(GRACEFUL);
  });

  it('exits while an idle connection is open', async () => {
    const app = await servers.start('api');
    const agent = new Agent({ keepAlive: true });
    expect(await statusOf(`${app.url}/health/live`, agent)).toBe(200);
    expect(await app.stop()).toEqual(GRACEFUL);
    agent.destroy();
  });

  it('exits while clients hold connections without a complete request', async () => {
    const app = await servers.start('api');
    const { port, hostname } = new URL(app.url);
    const beginnings = [
      '',
      'GET /health/live HTTP/1.1\r\nHost: a',
      'POST /v2/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"a',
    ];
    const clients = await Promise.all(
      beginnings.map(async (bytes) => {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(bytes);
        return socket;
      }),
    );
    // Once the server has answered this request, it has accepted all the others.
    expect(await statusOf(`${app.url}/health/live`)).toBe(200);
    expect(await app.stop()).toEqual(GRACEFUL);
    clients.forEach((socket) => socket.destroy());
  });

  it('shuts down once, however many signals it receives', async () => {
    const app = await servers.start('api', { DRAIN_SECONDS: '1' });
    await app.kill('SIGTERM');
    await eventually(async () => expect(await readiness(app)).toBe(503));
    await app.kill('SIGTERM');
    await app.kill('SIGINT');
    expect(await app.exited).toEqual(GRACEFUL);
  });

  it('drains and exits with 0 in every role, on either signal', async () => {
    const roles = ['api', 'worker', 'notifications', 'all'] as const;
    const cases = roles.flatMap((role) => [[role, 'SIGTERM'] as const, [role, 'SIGINT'] as const]);
    await Promise.all(
      cases.map(async ([role, signal]) => {
        const app = await servers.start(role, { DRAIN_SECONDS: '2' });
        await app.kill(signal);
        await eventually(async () => expect([role, await readiness(app)]).toEqual([role, 503]), {
          timeoutMs: 1_900,
        });
        expect([role, signal, await app.exited]).toEqual([role, signal, GRACEFUL]);
        expect(app.logs()).not.toMatch(/"level":"(error|fatal)"/);
      }),
    );
  });

  it('closes idle connections to PostgreSQL and Redis', async () => {
    // Directly, since a pooler keeps its connections.
    const direct = database.url.replace('127.0.0.1', 'localhost');
    const [{ now } = { now: '' }] = await query<{ now: string }>(database.url, 'select now()::text as now');
    const app = await servers.start('all', { DATABASE_URL: direct });
    await signUp(app.api);
    const open = `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name like 'gatehouse%' and backend_start > $1`;
    const count = async () => (await query<{ n: number }>(database.url, open, [now]))[0]?.n;
    expect(await count()).toBeGreaterThan(0);
    expect(await app.stop()).toEqual(GRACEFUL);
    expect(await count()).toBe(0);
  });

  it('finishes the mail it is sending', async () => {
    const [api, , notifications] = await Promise.all([
      servers.start('api'),
      servers.start('worker'),
      servers.start('notifications'),
    ]);
    sink.clear();
    sink.behave('hang');
    const { email, session } = await signUp(api.api);
    await eventually(() => expect(sink.mailsTo(email)).toHaveLength(1));
    await notifications.kill('SIGTERM');
    await eventually(async () => expect(await readiness(notifications)).toBe(503), { timeoutMs: 1_000 });
    sink.behave('accept');
    sink.release();
    expect(await notifications.exited).toEqual(GRACEFUL);
    const rows = await query<{ state: string }>(
      database.url,
      'select state from notifications.deliveries where user_id = $1',
      [session.user.id],
    );
    expect(rows).toEqual([{ state: 'sent' }]);

    await servers.start('notifications');
    const { email: next } = await signUp(api.api);
    await eventually(() => expect(sink.mailsTo(next)).toHaveLength(1));
    expect(sink.mailsTo(email)).toHaveLength(1);
  });
});

function readiness(app: RunningApp): Promise<number> {
  return statusOf(`${app.managementUrl}/health/ready`);
}
