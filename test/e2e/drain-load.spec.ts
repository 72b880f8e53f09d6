import { describe, expect, it } from '@jest/globals';
import { Agent } from 'node:http';
import { ApiClient } from '../support/client.js';
import { type SignedUp, signUp } from '../support/factories.js';
import { statusOf } from '../support/kept-connection.js';
import { eventually } from '../support/servers.js';
import { holdRows, query } from '../support/stored.js';
import { useApp } from '../support/use-app.js';

const DRAIN_SECONDS = 2;

const app = useApp('api', { DRAIN_SECONDS: String(DRAIN_SECONDS) });
const { api, database } = app;

describe('a process that receives SIGTERM under load', () => {
  it('fails readiness at once, serves requests while draining, and finishes those in flight', async () => {
    const user = await signUp(api);
    const [held, release] = await heldRefresh(api);
    const load = startLoad(user);
    await eventually(() => expect(load.statuses.length).toBeGreaterThan(50));

    const signalledAt = performance.now();
    await app.kill('SIGTERM');
    await eventually(async () => expect(await statusOf(`${app.managementUrl}/health/ready`)).toBe(503), {
      timeoutMs: 1_000,
    });
    expect((await api.under('').get('/health/ready')).status).toBe(503);
    const servedBefore = load.statuses.length;
    await eventually(() => expect(load.statuses.length).toBeGreaterThan(servedBefore + 50));
    const polite = await user.api.me();
    expect([polite.status, polite.headers.get('connection')]).toEqual([200, 'close']);
    const logins = Promise.all(Array.from({ length: 20 }, () => api.login(user)));
    // A load balancer stops sending requests once readiness has failed.
    await load.stop();
    expect(performance.now() - signalledAt).toBeLessThan(DRAIN_SECONDS * 1000);
    expect(load.failures).toEqual([]);
    expect(load.statuses.filter((status) => status !== 200)).toEqual([]);

    await eventually(async () => {
      await expect(statusOf(`${app.url}/health/live`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });
    expect(performance.now() - signalledAt).toBeGreaterThan(DRAIN_SECONDS * 1000);
    await release();
    expect((await held).status).toBe(200);
    expect((await logins).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await app.exited).toEqual({ code: 0, signal: null });
  });
});

/** A request that stays in flight until it is released: another transaction locks its session. */
async function heldRefresh(api: ApiClient): Promise<[ReturnType<ApiClient['refresh']>, () => Promise<void>]> {
  const { session } = await signUp(api);
  const release = await holdRows(database.url, 'select 1 from accounts.sessions where user_id = $1', [
    session.user.id,
  ]);
  const held = api.refresh(session.refreshToken);
  await eventually(async () => {
    const waiting = await query(
      database.url,
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    expect(waiting).toHaveLength(1);
  });
  return [held, release];
}

/** Callers on keep-alive connections that open a new one when asked to. */
function startLoad({ session }: SignedUp) {
  const load = { statuses: [] as number[], failures: [] as string[], stopped: false };
  const headers = { authorization: `Bearer ${session.accessToken}` };
  const callers = Array.from({ length: 8 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!load.stopped) {
      try {
        load.statuses.push(await statusOf(`${app.url}/v2/users/me`, agent, headers));
      } catch (error) {
        load.failures.push(String(error));
      }
    }
    agent.destroy();
  });
  return Object.assign(load, {
    stop: async () => {
      load.stopped = true;
      await Promise.all(callers);
    },
  });
}
