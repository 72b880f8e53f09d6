import { beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { aUser } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { eventually } from '../support/servers.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { useOwnRedis, useServers } from '../support/use-servers.js';

const first = useOwnRedis();
const second = useOwnRedis();
const endpoint = useFixture(() => TcpProxy.start(first.url));
const servers = useServers();

/** Stays connected while the password changes, as Redis allows. */
const admins = useFixture(() =>
  hold(Promise.resolve({ first: new Redis(first.url), second: new Redis(second.url) }), (clients) => {
    clients.first.disconnect();
    clients.second.disconnect();
  }),
);

async function makeReplica(admin: Redis, of: { readonly url: string }): Promise<void> {
  await admin.replicaof('127.0.0.1', Number(new URL(of.url).port));
}

/** The servers of a failover share their password. */
beforeAll(async () => {
  const { password } = new URL(first.url);
  for (const admin of [admins.first, admins.second]) {
    await admin.config('SET', 'requirepass', password);
    await admin.config('SET', 'masterauth', password);
  }
});

describe('after a Redis failover that keeps connections open', () => {
  it('moves to the new primary, and mail goes out within seconds', async () => {
    await makeReplica(admins.second, first);
    const app = await servers.start('all', { REDIS_URL: endpoint.url, RATE_LIMIT_DEFAULT: '1000/60' });
    const before = aUser();
    expect(await app.api.register(before)).toMatchObject({ status: 201 });
    await eventually(() => expect(servers.sink.mailsTo(before.email)).toHaveLength(1));

    await admins.second.replicaof('NO', 'ONE');
    endpoint.retarget(second.url);
    await makeReplica(admins.first, second);

    const after = aUser();
    expect(await app.api.register(after)).toMatchObject({ status: 201 });
    await eventually(() => expect(servers.sink.mailsTo(after.email)).toHaveLength(1), { timeoutMs: 20_000 });
    await eventually(async () => {
      const response = await fetch(`${app.managementUrl}/health/ready`);
      expect(await response.json()).toMatchObject({
        details: { redis: { status: 'up' }, queues: { status: 'up' } },
      });
    });
    // Rate limits are shared again.
    await eventually(async () => {
      await app.api.login(after);
      expect((await admins.second.keys('limits:*')).length).toBeGreaterThan(0);
    });
  }, 60_000);

  it('replaces connections whose peer has vanished', async () => {
    const proxy = await TcpProxy.start(primary());
    const app = await servers.start('all', { REDIS_URL: proxy.url });
    proxy.freezeOpen();
    const user = aUser();
    expect(await app.api.register(user)).toMatchObject({ status: 201 });
    await eventually(() => expect(servers.sink.mailsTo(user.email)).toHaveLength(1), { timeoutMs: 40_000 });
    await eventually(async () => {
      const response = await fetch(`${app.managementUrl}/health/ready`);
      expect(await response.json()).toMatchObject({ details: { redis: { status: 'up' } } });
    });
  }, 60_000);
});

/** The second server after the failover, which has the first one's password. */
function primary(): string {
  const url = new URL(second.url);
  url.password = new URL(first.url).password;
  return url.href;
}
