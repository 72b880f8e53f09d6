import { beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { aUser } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { eventually } from '../support/servers.js';
import { type StartedApp, useOwnRedis, useServers } from '../support/use-servers.js';

const PASSWORD = 'seven-brave-otters';
/** In some seconds: each connection tries again every second. */
const MANY_ATTEMPTS = 40;
const MANY_LINES = 12;

const redis = useOwnRedis();
const servers = useServers();
/** Stays connected when the password changes, as Redis allows. */
const admin = useFixture(() => hold(Promise.resolve(new Redis(redis.url)), (client) => client.disconnect()));

interface Health {
  readonly status: number;
  readonly details: Record<string, { status: string; message?: string }>;
}

async function ready(app: StartedApp): Promise<Health> {
  const response = await fetch(`${app.managementUrl}/health/ready`);
  return { ...((await response.json()) as Health), status: response.status };
}

function urlWithPassword(): string {
  const url = new URL(redis.url);
  url.password = PASSWORD;
  return url.href;
}

/** Like a rotation that reached Redis before it reached us. */
async function changePassword(): Promise<void> {
  await admin.config('SET', 'requirepass', 'another-one');
  await admin.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await admin.client('KILL', 'TYPE', 'pubsub');
}

async function connectionAttempts(): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1]);
}

function linesAbout(app: StartedApp, text: RegExp): string[] {
  return app
    .logs()
    .split('\n')
    .filter((line) => text.test(line));
}

async function getsMail(app: StartedApp): Promise<void> {
  const user = aUser();
  expect(await app.api.register(user)).toMatchObject({ status: 201 });
  await eventually(() => expect(servers.sink.mailsTo(user.email)).toHaveLength(1));
}

describe('when Redis refuses our password', () => {
  beforeEach(async () => {
    await admin.config('SET', 'requirepass', PASSWORD);
  });

  it('keeps running, says so once, tells no secret, and recovers', async () => {
    const app = await servers.start('all', { REDIS_URL: urlWithPassword() });
    await getsMail(app);
    await changePassword();
    await eventually(async () => {
      const { status, details } = await ready(app);
      expect(status).toBe(200);
      expect(details['redis']).toMatchObject({ status: 'degraded' });
      expect(details['queues']?.message).toContain('send-mail');
    });
    const user = aUser();
    expect(await app.api.register(user)).toMatchObject({ status: 201 });
    const before = { lines: linesAbout(app, /./).length, attempts: await connectionAttempts() };
    await eventually(async () => {
      expect((await connectionAttempts()) - before.attempts).toBeGreaterThan(MANY_ATTEMPTS);
    });
    expect(linesAbout(app, /./).length - before.lines).toBeLessThan(MANY_LINES);
    await admin.config('SET', 'requirepass', PASSWORD);
    await eventually(() => expect(servers.sink.mailsTo(user.email)).toHaveLength(1));
    await eventually(async () => {
      expect((await ready(app)).details).toMatchObject({ redis: { status: 'up' }, queues: { status: 'up' } });
    });
    expect(app.logs()).not.toContain(PASSWORD);
    expect(await app.stop()).toEqual({ code: 0, signal: null });
  });

  it('starts, and works on its queues once Redis accepts it', async () => {
    await changePassword();
    const worker = await servers.start('worker', { REDIS_URL: urlWithPassword() });
    expect((await ready(worker)).details['queues']).toMatchObject({ status: 'degraded' });
    await admin.config('SET', 'requirepass', PASSWORD);
    await eventually(async () => {
      expect((await ready(worker)).details['queues']).toMatchObject({ status: 'up' });
    });
    expect(worker.logs()).not.toContain(PASSWORD);
    expect(linesAbout(worker, /Redis/).length).toBeLessThan(MANY_LINES);
  });

  it('keeps running when its user may no longer use channels, and recovers', async () => {
    const app = await servers.start('all', { REDIS_URL: urlWithPassword() });
    await getsMail(app);
    await admin.call('ACL', 'SETUSER', 'default', 'resetchannels');
    await eventually(() => expect(app.logs()).toContain('NOPERM'));
    expect(await app.api.register(aUser())).toMatchObject({ status: 201 });
    await admin.call('ACL', 'SETUSER', 'default', 'allchannels');
    await eventually(async () => {
      expect((await ready(app)).details).toMatchObject({ redis: { status: 'up' }, queues: { status: 'up' } });
    });
    await getsMail(app);
    expect(await app.stop()).toEqual({ code: 0, signal: null });
  }, 60_000);

  it('never works in another database than the one that the URL names', async () => {
    await admin.flushdb();
    const url = new URL(urlWithPassword());
    url.pathname = '/99';
    const app = await servers.start('all', { REDIS_URL: url.href });
    await eventually(() => expect(app.logs()).toContain('DB index is out of range'));
    expect(await app.api.register(aUser())).toMatchObject({ status: 201 });
    const { status, details } = await ready(app);
    expect(status).toBe(200);
    expect(details).toMatchObject({ redis: { status: 'degraded' }, queues: { status: 'degraded' } });
    expect(await admin.dbsize()).toBe(0);
  });

  it('warns of an eviction policy that loses jobs', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const worker = await servers.start('worker', { REDIS_URL: urlWithPassword() });
    await eventually(() =>
      expect(worker.logs()).toMatch(/maxmemory-policy allkeys-lru.*set it to noeviction/),
    );
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
  });
});
