import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { v7 } from 'uuid';
import { useApiApp } from '../support/api-app.js';
import type { ApiClient, ListBody } from '../support/client.js';
import { aUser, signUp } from '../support/factories.js';
import { addRule, at, BEHIND_PROXY, type IpRuleBody, removeRule, statusAt } from '../support/ip-rules.js';
import { eventually } from '../support/servers.js';
import { redisDumpOf } from '../support/stored.js';
import { signInAdmin, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useOwnRedis, useServers } from '../support/use-servers.js';

/** Of the triggers, see triggers.ts. */
const [ACCOUNTS, TOKENS, PATHS] = [20, 50, 50];
const SETTINGS = { ...WITH_ADMIN, ...BEHIND_PROXY };

const { database, redis } = useServers();
const running = useApiApp(SETTINGS, { database, redis });
const replica = useApiApp(SETTINGS, { database, redis });
const { admin, api, app } = running;

const bansOf = async (address: string, as = admin): Promise<readonly IpRuleBody[]> =>
  (await as.get<ListBody<IpRuleBody>>(`/ip-rules?source=automatic&address=${address}`)).body.items;

function banOf(address: string, as = admin): Promise<IpRuleBody> {
  return eventually(async () => {
    const [ban] = await bansOf(address, as);
    expect(ban).toBeDefined();
    return ban as IpRuleBody;
  });
}

/** Resolves when what has been counted would have become a ban. */
async function expectNoBan(address: string): Promise<void> {
  const other = `198.18.200.${counter.next()}`;
  await stuff(api, other, ACCOUNTS);
  await banOf(other);
  expect(await bansOf(address)).toEqual([]);
}

const counter = { value: 0, next: () => (counter.value += 1) };

/** Tries a password with so many accounts that don't exist. */
async function stuff(client: ApiClient, address: string, accounts: number): Promise<void> {
  for (let count = 0; count < accounts; count += 1) {
    const { status } = await at(client, address).login({
      email: `${v7()}@acme.test`,
      password: 'Summer2026!',
    });
    expect(status).toBe(401);
  }
}

async function present(address: string, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) {
    await at(api, address)
      .with({ authorization: `Bearer ${token}` })
      .get('/users/me');
  }
}

const many = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n));

describe('an address is banned for a while', () => {
  it('that tries the passwords of many accounts, over all replicas', async () => {
    const address = '203.0.113.10';
    await stuff(api, address, ACCOUNTS / 2);
    await stuff(replica.api, address, ACCOUNTS / 2 - 1);
    expect(await bansOf(address)).toEqual([]);
    await stuff(replica.api, address, 1);
    expect(await banOf(address)).toMatchObject({
      cidr: `${address}/32`,
      action: 'deny',
      reason: 'credential-stuffing: 20 wrong passwords for different accounts in 10 minutes',
      author: null,
      expiresAt: new Date(replica.clock.millis() + 10 * 60_000).toISOString(),
    });
    await eventually(async () =>
      expect([await statusAt(api, address), await statusAt(replica.api, address)]).toEqual([403, 403]),
    );
    const events = await admin.get<ListBody<object>>('/audit-events?type=ip-rule.banned&limit=1');
    expect(events.body.items).toMatchObject([
      {
        actorType: 'system',
        target: `${address}/32`,
        changes: { ban: { to: { trigger: 'credential-stuffing' } } },
      },
    ]);
    const metrics = await Promise.all([app, replica.app].map((one) => one.get(Registry).metrics()));
    expect(metrics.join('\n')).toMatch(
      /gatehouse_automatic_bans_total\{trigger="credential-stuffing"[^}]*\} 1\n/,
    );
    expect(await redisDumpOf(redis.url)).not.toContain(address);
  });

  it('that looks for paths which do not exist', async () => {
    const client = at(api.under(''), '203.0.113.12');
    for (let path = 0; path < PATHS; path += 1) {
      await client.get(`/wp-content/${path}.php?${path}`);
    }
    expect((await banOf('203.0.113.12')).reason).toMatch(/^scanning: 50 /);
  });

  it('that guesses access tokens, API keys, refresh tokens or codes', async () => {
    await present(
      '203.0.113.13',
      many(TOKENS, (n) => `gh_live_${n}`),
    );
    expect((await banOf('203.0.113.13')).reason).toMatch(/^token-guessing: 50 /);
    for (let n = 0; n < TOKENS / 2; n += 1) {
      await at(api, '203.0.113.14').refresh(`${n}`.padStart(70, 'A'));
      await at(api, '203.0.113.14').verify(`${n}`.padStart(43, 'A'));
    }
    expect((await banOf('203.0.113.14')).reason).toMatch(/^token-guessing: 50 /);
  });

  it('with its whole network, if it is IPv6', async () => {
    for (let n = 0; n < ACCOUNTS; n += 1) {
      await stuff(api, `2001:db8:5:6::${n + 1}`, 1);
    }
    expect((await banOf('2001:db8:5:6::1')).cidr).toBe('2001:db8:5:6::/64');
    await eventually(async () => expect(await statusAt(api, '2001:db8:5:6:ffff::9')).toBe(403));
    expect(await statusAt(api, '2001:db8:5:7::1')).toBe(404);
  });
});

describe('a ban', () => {
  const later = useApiApp(SETTINGS);
  const signIn = async () => (await signInAdmin(later.api, SETTINGS))();

  it('is longer each time, as long as it is remembered, and over at once if an administrator says so', async () => {
    const address = '203.0.113.11';
    const minutes: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      await stuff(later.api, address, ACCOUNTS);
      const { createdAt, expiresAt } = await banOf(address, await signIn());
      minutes.push((Date.parse(expiresAt ?? '') - Date.parse(createdAt)) / 60_000);
      later.clock.advance({ hours: 24 });
      expect(await statusAt(later.api, address)).toBe(404);
    }
    expect(minutes).toEqual([10, 60, 360, 1440]);
    await stuff(later.api, address, ACCOUNTS);
    const current = await signIn();
    const ban = await banOf(address, current);
    await eventually(async () => expect(await statusAt(later.api, address)).toBe(403));
    expect((await removeRule(current, ban)).status).toBe(204);
    expect(await statusAt(later.api, address)).toBe(404);
  }, 60_000);
});

describe('no address is banned', () => {
  it('that sends the same again and again, nor for tokens that have expired', async () => {
    const address = '203.0.113.20';
    const user = aUser();
    for (let attempt = 0; attempt < 2 * ACCOUNTS; attempt += 1) {
      await at(api, address).login(user);
    }
    await present(
      address,
      many(2 * TOKENS, () => 'gh_live_gone'),
    );
    const expired = (n: number) =>
      `e30.${Buffer.from(JSON.stringify({ exp: 1, jti: n })).toString('base64url')}.AA`;
    await present(address, many(2 * TOKENS, expired));
    for (let n = 0; n < 2 * PATHS; n += 1) {
      await at(api.under(''), address).get(`/favicon.ico?${n}`);
    }
    await expectNoBan(address);
  }, 60_000);

  it('that an administrator has allowed, also with a wider network', async () => {
    const rule = await addRule(admin, '203.0.113.128/26', { action: 'allow' });
    await stuff(api, '203.0.113.130', 2 * ACCOUNTS);
    await expectNoBan('203.0.113.130');
    await removeRule(admin, rule);
  });

  it.each(['10.1.2.3', '192.168.1.1', '127.0.0.1', 'fd00::1', '100.64.0.1'])(
    'that is private: %s',
    async (address) => {
      await stuff(api, address, ACCOUNTS);
      await expectNoBan(address);
    },
  );

  it('from which many users sign in well, as long as they are more than an attack could have', async () => {
    const school = '203.0.113.21';
    for (let pupil = 0; pupil < ACCOUNTS / 2; pupil += 1) {
      await signUp(at(api, school));
    }
    await stuff(api, school, ACCOUNTS);
    await expectNoBan(school);
    await stuff(api, school, ACCOUNTS);
    await banOf(school);
  });
});

describe('AUTOMATIC_BANS', () => {
  const off = useApiApp({ ...SETTINGS, AUTOMATIC_BANS: 'off' }, { database, redis });
  const all = useApiApp({ ...SETTINGS, AUTOMATIC_BANS: 'all' }, { database, redis });

  it('turned off bans nobody', async () => {
    await stuff(off.api, '203.0.113.30', ACCOUNTS);
    await expectNoBan('203.0.113.30');
  });

  it('for all bans private addresses, too, but no proxy', async () => {
    await stuff(all.api, '127.0.0.1', ACCOUNTS);
    await stuff(all.api, '10.1.2.4', ACCOUNTS);
    await banOf('10.1.2.4');
    expect(await bansOf('127.0.0.1')).toEqual([]);
  });
});

describe('while Redis is down', () => {
  const own = useOwnRedis();
  const lonely = useApps({ api: 'api' }, SETTINGS, { database, redis: own });

  it('each replica counts on its own', async () => {
    expect((await lonely.api.api.under('').get('/health/ready')).status).toBe(200);
    process.kill(own.pid, 'SIGKILL');
    await own.exited;
    await stuff(lonely.api.api, '203.0.113.40', ACCOUNTS);
    await banOf('203.0.113.40');
  });
});
